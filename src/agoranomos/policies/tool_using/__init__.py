"""Tool-using policies: a language model that solves problems, and may have its programs run."""

from agoranomos.policies.tool_using.binding import TOOL_USING
from agoranomos.policies.tool_using.parameters import ToolUsingParameters
from agoranomos.policies.tool_using.policy import ToolUsing
from agoranomos.policies.tool_using.python_tool import PythonTool

__all__ = ["TOOL_USING", "PythonTool", "ToolUsing", "ToolUsingParameters"]
