"""What an operator may tune about documents: section `[documents]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class DocumentsSettings:
    """The paper, the fonts, and what setting a document may cost."""

    page_format: str = setting("A4", help="Paper: `A4` or `Letter`.", choices=("A4", "Letter"))
    fonts: list[str] = setting(
        [],
        help="TrueType or OpenType files for what FiraGO and Noto Sans Symbols lack (Chinese, Japanese, "
        "Korean, …), the first tried first.",
    )
    seconds: int = setting(30, help="Seconds of processor time a document may take.", minimum=1)
    memory: int = setting(
        1024 * 1024 * 1024, help="Bytes of address space a document may take.", minimum=256 * 1024 * 1024
    )
    at_once: int = setting(2, help="Documents a process has set at the same time; more wait.", minimum=1)
    rows: int = setting(2000, help="Rows of a table; what is beyond is counted below it.", minimum=10)
