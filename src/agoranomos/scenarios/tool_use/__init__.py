"""Tool use: easy problems where a tool costs more than it helps, hard ones where it is needed."""

from agoranomos.scenarios.tool_use.env import NO_ANSWER, ToolUse
from agoranomos.scenarios.tool_use.items import Item, item_of
from agoranomos.scenarios.tool_use.payoffs import DIRECT, TOOL, break_even
from agoranomos.scenarios.tool_use.spec import ROUTES, ToolUseSpec

__all__ = ["DIRECT", "NO_ANSWER", "ROUTES", "TOOL", "Item", "ToolUse", "ToolUseSpec", "break_even", "item_of"]
