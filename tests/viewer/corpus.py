"""Hostile texts for pages: what a model, a file or a name could say to be run by a browser instead of being read.

Each text does one of three things if a page takes it for more than text: it opens a dialog, it makes an element with
the attribute `data-planted`, or it asks `https://planted.invalid/` for something. `nothing_ran` holds a page to all
three, and says which text stands on the page as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MARK = "planted"
ELSEWHERE = f"https://{MARK}.invalid"

ELEMENTS = (
    f"<script data-{MARK}>alert(1)</script>",
    f"<ScRiPt data-{MARK} src={ELSEWHERE}/a.js></sCrIpT>",
    f"<img data-{MARK} src=x onerror=alert(1)>",
    f'"><img data-{MARK} src="{ELSEWHERE}/a.png">',
    f"'><svg data-{MARK} onload=alert(1)>",
    f"</script><script data-{MARK}>alert(1)</script>",
    f"</textarea><iframe data-{MARK} srcdoc='<script>alert(1)</script>'></iframe>",
    f"</title></style><b data-{MARK}>bold</b>",
    f"</svg></math><p data-{MARK}>",
    f"<a data-{MARK} href='javascript:alert(1)'>here</a>",
    f"<form data-{MARK} action='{ELSEWHERE}/'><input name=a></form>",
    f"<meta data-{MARK} http-equiv=refresh content='0;url={ELSEWHERE}/'>",
    f"<base data-{MARK} href='{ELSEWHERE}/'>",
    f"<link data-{MARK} rel=stylesheet href='{ELSEWHERE}/a.css'>",
    f"<style data-{MARK}>@import '{ELSEWHERE}/a.css'; * {{ display: none }}</style>",
    f"<object data-{MARK} data='{ELSEWHERE}/'></object><embed data-{MARK} src='{ELSEWHERE}/'>",
    f"<details data-{MARK} open ontoggle=alert(1)>",
    f"<template data-{MARK}><script>alert(1)</script></template>",
    f"<math data-{MARK}><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    f"<noscript><p title='</noscript><img data-{MARK} src=x onerror=alert(1)>'>",
    f"<!--><img data-{MARK} src=x onerror=alert(1)>-->",
    f"<![CDATA[><img data-{MARK} src=x onerror=alert(1)>]]>",
    f"<svg data-{MARK}><foreignObject><body onload=alert(1)></foreignObject></svg>",
    f"<x data-{MARK} tabindex=1 autofocus onfocus=alert(1)>",
)
"""HTML, SVG and MathML that would become elements."""

BREAKOUTS = (
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)" x="',
    "' onpointerenter='alert(1)' x='",
    "`-alert(1)-`",
    "${alert(1)}{{constructor.constructor('alert(1)')()}}<%= alert(1) %>",
    "javascript:alert(1)",
    "JaVaScRiPt\t:alert(1)",
    f"data:text/html,<script data-{MARK}>alert(1)</script>",
    f"//{MARK}.invalid/a.png",
    f"![a]({ELSEWHERE}/a.png) [b](javascript:alert(1))",
    f"url({ELSEWHERE}/a.png)",
    f"red; background: url({ELSEWHERE}/a.png)",
    '{"__proto__": {"innerHTML": "<img src=x onerror=alert(1)>"}}',
    "&lt;img src=x onerror=alert(1)&gt;",
    f"&#60;img data-{MARK} src=x onerror=alert(1)&#62;",
    f"\\u003cimg data-{MARK} src=x onerror=alert(1)\\u003e",
    "\u2028alert(1)\u2029//",
    "-->]]>*/});alert(1);({/*",
)
"""Texts that leave an attribute, a script, a style sheet or an address, if one was put together from text."""

LOOKS = (
    "\u202egnp.exe\u202c \u2066back\u2069",
    "A\u0300\u0301\u0302\u0303\u0304" * 20,
    "\U0001f3f4\U000e0067\U000e0062\U000e007f and \ufeff\u200b\u00ad nothing to see",
    "long" * 2_000,
    "one\r\ntwo\tthree\x1b[31mred\x1b[0m\x07",
    " ",
    "../../../../etc/passwd",
    "%2e%2e%2f%00",
    "CON",
    "null",
    "constructor",
    "__proto__",
)
"""Texts that could mislead a reader, break a layout, or be taken for a path or a member that every object has."""

CORPUS = (*ELEMENTS, *BREAKOUTS, *LOOKS)
"""All of them."""

NAMES = tuple(text for text in CORPUS if "/" not in text and "\0" not in text and len(text.encode()) <= 200)
"""Those that can be the name of a file or a folder."""

ON_ONE_LINE = tuple(text for text in (*ELEMENTS, *BREAKOUTS) if "\n" not in text)
"""Those that fit where a text of one line is asked for."""


def watch(page: Any) -> list[str]:
    """What a Playwright page does that it must not do, from now on: dialogs, and requests to another host.

    Call it before the page is loaded, or load it again afterwards.
    """
    seen: list[str] = []

    def dialog(opened: Any) -> None:
        seen.append(f"dialog: {opened.message}")
        opened.dismiss()

    def request(made: Any) -> None:
        if f"{MARK}.invalid" in made.url.split("?")[0].split("#")[0]:
            seen.append(f"request: {made.url}")

    page.on("dialog", dialog)
    page.on("request", request)
    return seen


def nothing_ran(page: Any, seen: Iterable[str]) -> None:
    """Fails where a text was taken for more than text; `seen` is what `watch` gave."""
    assert not list(seen), list(seen)
    made = page.evaluate(f"[...document.querySelectorAll('[data-{MARK}]')].map((one) => one.outerHTML.slice(0, 200))")
    assert not made, made
    handlers = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes])"
        ".filter((one) => one.name.startsWith('on') || /^\\s*javascript:/i.test(one.value)).map((one) => one.name)"
    )
    assert not handlers, handlers
