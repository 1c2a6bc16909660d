#!/usr/bin/env python3
"""Check the Markdown files:  python3 tests/support/check_docs.py ROOT

Relative links and their anchors exist. Every path of a source file that a page names exists, and
so do the functions behind it: "[physics/model.c: state_ion; solver/ramo.c]".
"""

import pathlib
import re
import sys

PATH = r"(?:geometry|physics|solver|tests|inputs|validation|docs)/[\w./]+\.(?:cfg|c|h|inc|py|sh|md)\b"


def anchors(page):
    """Anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page if not name else page.parent / name
        if not file.exists():
            yield f"{page.name}: link to {target}: there is no such file"
        elif anchor and anchor not in anchors(file):
            yield f"{page.name}: link to {target}: there is no such heading"


def check_code(page, root):
    text = re.sub(r"\s+", " ", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S))
    for name in set(re.findall(rf"(?<![\w/]){PATH}", text)):
        if not (root / name).exists():
            yield f"{page.name}: {name} does not exist"
    for name, functions in re.findall(rf"({PATH}): ((?:\w+, )*\w+)(?=[;\]])", text):
        source = root / name
        code = source.read_text("utf-8") if source.exists() else ""
        for function in functions.split(", "):
            if not re.search(rf"\b{function}\b", code):
                yield f"{page.name}: {function} is not in {name}"


def main():
    root = pathlib.Path(sys.argv[1])
    pages = sorted(root.glob("*.md")) + sorted(root.glob("docs/*.md"))
    wrong = [line for page in pages for line in (*check_links(page), *check_code(page, root))]
    print("\n".join(wrong))
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
