"""A campaign as one archive that a stranger can check: what lies in it, how it is written, and how it is checked."""

from agoranomos.campaigns.publishing.checking import CheckedPackage, check_package
from agoranomos.campaigns.publishing.package import Published, publish

__all__ = ["CheckedPackage", "Published", "check_package", "publish"]
