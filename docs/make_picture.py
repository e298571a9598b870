"""Make the picture of a report that the README shows: needs Debian's chromium.

    sim compare scenario=history against=no_ban population.scale=0.005 seeds=4 name=picture
    python docs/make_picture.py results/picture/report.html

Left: how the report begins; right: its first figures.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from sim.output.durable import replace_file

PICTURE = Path(__file__).resolve().parent / "images" / "report.png"
WIDTH, HEIGHT = 1640, 1000
COLOURS = 96  # enough for text and lines, and a third of the bytes
PAGE = """<body style="margin:0;overflow:hidden;background:#fff"><style>iframe{{border:0;width:1100px;height:1350px;
transform:scale(.745);transform-origin:0 0;position:absolute;top:0}}</style>
<iframe src="{report}" scrolling="no"></iframe>
<iframe src="{report}#time" scrolling="no" style="left:820px"></iframe>"""


def photograph(report: Path, folder: Path) -> bytes:
    """A screenshot of two parts of the report side by side, PNG."""
    page, shot = folder / "page.html", folder / "shot.png"
    page.write_text(PAGE.format(report=report.resolve().as_uri()), encoding="utf-8")
    quiet = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", *quiet]
    command += [f"--user-data-dir={folder / 'profile'}", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}"]
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True)
    return shot.read_bytes()


def main(report: str) -> None:
    """Photograph the report, reduce its colours, and put it in place."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        image = Image.open(io.BytesIO(photograph(Path(report), Path(folder)))).convert("RGB")
    reduced = io.BytesIO()
    image.quantize(COLOURS).save(reduced, "PNG", optimize=True)
    replace_file(PICTURE, reduced.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
