"""The small files of a model's folder: source, service, BUILD."""

from __future__ import annotations

from mooring.scaffold.draft import Draft
from mooring.scaffold.source import call, laid_out, mapped, text


def data_source(draft: Draft) -> str:
    """`data.py`: where the rows lie, and what its columns are called there."""
    named = {"label": text(draft.label.column)}
    if draft.time is not None:
        named["event_time"] = text(draft.time)
    if draft.ids is not None:
        named["row_id"] = text(draft.ids)
    if draft.label.positive is not None:
        named["positive"] = text(draft.label.positive)
    if draft.renamed:
        named["columns"] = "COLUMNS"
    source = laid_out(call("file_source", "CONTRACT", text(draft.path), **named), 0, "SOURCE = ")
    return "\n".join([*_data_head(draft), *_columns(draft), *_how(draft), source, ""])


def _data_head(draft: Draft) -> list[str]:
    return [
        f'"""Where the rows of `{draft.name}` come from."""',
        "",
        "from __future__ import annotations",
        "",
        f"from models.{draft.name}.contract import CONTRACT",
        "from mooring.data.files import file_source",
        "",
        *(f"# {note}" for note in draft.notes),
        *([""] if draft.notes else []),
    ]


def _columns(draft: Draft) -> list[str]:
    if not draft.renamed:
        return []
    pairs = mapped([(text(n), text(column)) for n, column in draft.renamed.items()], spread=True)
    return ["# The file's own name of each feature.", laid_out(pairs, before="COLUMNS = "), ""]


def _how(draft: Draft) -> list[str]:
    said = []
    if draft.label.positive is not None:
        said.append("# review: `positive` is the value whose probability is predicted.")
    if draft.time is None:
        said.append("# No column of time: rows are dealt to made-up days, which splits at random.")
    return said


def service_source(name: str) -> str:
    """`service.py`: two lines."""
    service = "".join(part.capitalize() for part in name.split("_"))
    return (
        f'"""The service of `{name}`, behind BentoML."""\n\n'
        "from mooring.serving.service import model_service\n\n"
        f'{service} = model_service("{name}")\n'
    )


def build_file(files: list[str]) -> str:
    """`BUILD`: the tests read files that no import names."""
    if not files:
        return 'python_sources()\npython_tests(name="tests")\n'
    listed = ", ".join(f'"{name}"' for name in sorted(files))
    return (
        "python_sources()\n"
        'python_tests(name="tests", dependencies=[":files"])  # read, not imported\n'
        f'files(name="files", sources=[{listed}])\n'
    )
