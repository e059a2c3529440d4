"""The picture of the README: the demo's own output as an SVG that needs no font from elsewhere.

python -m nightshift_tools.demo.picture docs/images/demo.svg
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

WIDTH = 100

_FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_FAMILIES = re.compile(r"font-family: (Fira Code|arial)[^;]*;")


def draw(terminal: str) -> str:
    """A terminal's output, with its colours, as an SVG."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor", force_terminal=True
    )
    console.print(Text("$ make demo", style="bold"))
    console.print(Text.from_ansi(terminal.rstrip()))
    layout = _FAMILIES.sub(
        "font-family: ui-monospace, Menlo, Consolas, monospace;",
        _COMMENT.sub("", _FONTS.sub("", CONSOLE_SVG_FORMAT)),
    )
    return console.export_svg(title="nightshift", code_format=layout, unique_id="demo")


def main() -> int:
    """Run the demo and draw it; its exit code is the demo's."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    done = subprocess.run(
        (sys.executable, "-m", "nightshift_tools", "demo"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        Path(sys.argv[1]).write_text(draw(done.stdout))
    else:
        print(done.stderr or done.stdout, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
