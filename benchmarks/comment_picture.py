"""Draws docs/images/comment.png: the comment of a run, as GitHub would show it. Needs Chromium.

python benchmarks/comment_picture.py RUN_FOLDER/report.md
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

STYLE = """
body { font: 14px/1.5 "DejaVu Sans", Arial, sans-serif; color: #1f2328; margin: 24px; width: 1000px }
h2 { font-size: 21px; border-bottom: 1px solid #d1d9e0; padding-bottom: 6px } h3 { font-size: 17px }
table { border-collapse: collapse; margin: 12px 0 } th, td { border: 1px solid #d1d9e0; padding: 5px 11px }
tr:nth-child(2n) td { background: #f6f8fa }
code { background: #eff1f3; padding: 2px 5px; border-radius: 5px; font-size: 12px }
"""


def main() -> None:
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    target = Path(__file__).parents[1] / "docs" / "images" / "comment.png"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "comment.html")
        page.write_text(f'<meta charset="utf-8"><style>{STYLE}</style>{body}', encoding="utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                "--disable-background-networking", "--disable-sync", f"--user-data-dir={folder}/profile",
                "--window-size=1060,1320", f"--screenshot={target}", page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
