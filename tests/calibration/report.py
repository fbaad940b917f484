"""docs/drift.md, made from one study."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from tests.calibration.alarms import QUARTER, STATISTICS
from tests.calibration.estimates import MEASURES
from tests.calibration.found import WEEKS
from tests.calibration.study import Ours, Study
from tests.calibration.wording import (
    DELAYED,
    ESTIMATES,
    FOUND,
    HEAD,
    OTHERS,
    OTHERS_SAID,
    PARTS,
    RUNS,
    SILENT,
    TOGETHER,
    TOGETHER_SAID,
)


def text(study: Study) -> str:
    """The document."""
    parts = [_head(study), _found(study), _parts(study), _others(study), _rest(study)]
    return re.sub(r"(\d)%", r"\1 %", "".join(parts))


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _head(study: Study) -> str:
    mean, bound = study.false_alarms
    sizes = study.sizes
    given = f" --years {sizes.years} --told {sizes.told} --others {sizes.others}"
    return HEAD.format(
        arguments=f"{given} --evidently {sizes.evidently} --runs {sizes.runs}",
        reference=17,
        quarter=QUARTER,
        mean=mean,
        bound=bound,
        years=sizes.years,
        worst=study.worst,
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _found(study: Study) -> str:
    mean, bound = study.false_alarms
    nothing = (
        "", "nothing", "0", f"{mean:.2f} a quarter", f"≤ {bound:.2f}",
        f"{study.quiet_bugs:.3f}", "", f"{study.quiet_names:.3f} of weeks name one",
        f"{study.told['nothing'][0]:.2f}",
    )  # fmt: skip
    rows = [
        (
            _letter(number), f"{o.change.kind}: {o.change.name}", f"{o.index:.3f}",
            f"{o.found.within(1):.2f}", f"{o.found.within(WEEKS):.2f}",
            f"{o.found.broken.mean():.2f}", f"**{o.found.retrains:.2f}**",
            _quoted(o.found.names[:4]) or "–",
            "" if np.isnan(o.told) else f"{o.told:.2f}",
        )
        for number, o in enumerate(study.ours)
    ]  # fmt: skip
    head = (
        "", "change", "score moves by", "alarm in 1 week", f"in {WEEKS} weeks", "taken for a bug",
        f"would retrain in {WEEKS} weeks", "named", "together",
    )  # fmt: skip
    early, late = (_of(study, f"no flight before {hour}:00") for hour in (15, 19))
    return _table(head, [nothing, *rows]) + FOUND.format(
        years=study.sizes.years,
        told=study.sizes.told,
        refused=study.refused,
        reference=17,
        five=_within(study, "1 in 5 punctual flights is late"),
        ten=_within(study, "1 in 10 punctual flights is late"),
        index=early.index if early else np.nan,
        shift=_within(study, "no flight before 15:00"),
        mistaken=late.found.broken.mean() if late else np.nan,
        prior=_within(study, "half of the punctual flights are gone"),
    )


def _of(study: Study, name: str) -> Ours | None:
    return next((ours for ours in study.ours if ours.change.name == name), None)


def _parts(study: Study) -> str:
    sizes = _table(
        ("statistic", "p < 0.05", "p < 0.01", "granted, p < 0.05", "p < 0.01", "alarms a quarter"),
        [
            (name, *(f"{share:.3f}" for share in (*p.plain, *p.granted)), f"{p.alarms:.2f}")
            for name, p in study.parts.items()
        ],
    )
    power = _table(
        (f"found within {WEEKS} weeks by", *STATISTICS),
        [
            (f"{_letter(n)}: {o.change.name}", *(f"{o.found.parts[s]:.2f}" for s in STATISTICS))
            for n, o in enumerate(study.ours)
        ],
    )
    silent = _table(
        ("budget", "statistics", "ARL", "at least"),
        [
            (windows, f"{many}{', alike' if alike else ''}", f"{r.mean:.1f}", f"{r.lower:.1f}")
            for (windows, many, alike), r in study.silent.items()
        ],
    )
    delayed = _table(
        ("a", *map(str, study.delayed)),
        [("windows", *(f"{r.mean:.1f}" for r in study.delayed.values()))],
    )
    return "".join([
        PARTS.format(years=study.sizes.years), sizes, "\n", power,
        SILENT.format(runs=study.sizes.runs), silent,
        DELAYED.format(quarter=QUARTER), delayed,
    ])  # fmt: skip


def _others(study: Study) -> str:
    names = [ours.change.name for ours in study.ours]
    letters = [_letter(number) for number in range(len(names))]
    ours = (
        "**Mooring**", f"{study.false_alarms[0]:.2f}",
        sum(bool(week.alarms) for week in study.real),
        *(f"{o.found.within(WEEKS):.2f}" for o in study.ours),
    )  # fmt: skip
    rows = [
        (
            rule,
            f"{v.a_quarter:.2f}",
            int(v.real.sum()),
            *(f"{v.within(n, WEEKS):.2f}" for n in names),
        )
        for rule, v in study.others.items()
    ]
    sizes = study.sizes
    head = ("rule", "of 13 quiet weeks", "of 39 real weeks", *letters)
    return (
        OTHERS.format(others=sizes.others, evidently=sizes.evidently, weeks=WEEKS)
        + _table(head, [ours, *rows])
        + _said(study)
    )


def _said(study: Study) -> str:
    a_quarter = {rule: verdict.a_quarter for rule, verdict in study.others.items()}
    alarms = Counter(name for week in study.real for name in week.alarms)
    named = Counter(name for week in study.real for name in week.named)
    return OTHERS_SAID.format(
        ks=a_quarter["KS p < 0.05, any number"],
        psi=a_quarter["PSI > 0.1, any feature"],
        wasserstein=a_quarter["Wasserstein > 0.1 σ, any number"],
        score=a_quarter["PSI > 0.1, the score"],
        line=_line(study),
        often=a_quarter["PSI > 0.1, the score"] / max(study.false_alarms[0], 1e-9),
        shift=_within(study, "no flight before 15:00"),
        share=a_quarter["evidently, dataset drift"],
        any=a_quarter["evidently, any column"],
        adwin=a_quarter["river, ADWIN"],
        ddm=a_quarter["river, DDM"],
        crepes=a_quarter["crepes, SimpleJumper"],
        real=len(study.real),
        of_score=alarms["score"],
        of_residual=alarms["residual"],
        of_loss=alarms["loss"],
        first=next((n for n, week in enumerate(study.real, 1) if week.alarms), "none"),
        bugs=sum(bool(week.broken) for week in study.real),
        named=", ".join(f"`{n}` ({w} weeks)" for n, w in named.most_common(5)) or "nothing",
    )


def _within(study: Study, name: str) -> float:
    ours = _of(study, name)
    return ours.found.within(WEEKS) if ours else float("nan")


def _line(study: Study) -> float:
    return study.others["PSI > 0.1, the score"].within("no flight before 15:00", WEEKS)


def _rest(study: Study) -> str:
    told = _table(
        ("change", "features of rows", "all features"),
        [(name, *(f"{share:.2f}" for share in pair)) for name, pair in study.told.items()],
    )
    head = ("month", "flights", *(f"{m}: estimated | realised" for m in MEASURES))
    rows = [
        (m.name, m.rows, *(f"{m.expected[x]:.3f} | {m.realised[x]:.3f}" for x in MEASURES))
        for m in study.months
    ]
    # Two columns under one name: the head has a bar more for each measure.
    wide = _table(
        [*" | ".join(head).split(" | ")], [" | ".join(map(str, r)).split(" | ") for r in rows]
    )
    low = min(study.months, key=lambda month: month.realised["base_rate"])
    high = max(study.months, key=lambda month: month.realised["base_rate"])
    off = low.expected["log_loss"] - low.realised["log_loss"]
    return "".join([
        TOGETHER.format(told=study.sizes.told), told, TOGETHER_SAID, wide,
        ESTIMATES.format(
            least=low.name, low=low.realised["base_rate"], seen=low.expected["base_rate"],
            most=high.name, high=high.realised["base_rate"],
            seen_most=high.expected["base_rate"],
            off=abs(off), side="high" if off > 0 else "low",
            optimistic=sum(m.expected["roc_auc"] > m.realised["roc_auc"] for m in study.months),
            months=len(study.months),
        ),
        _oracles(study),
        RUNS,
    ])  # fmt: skip


def _oracles(study: Study) -> str:
    beside, merged = study.oracles, study.merged
    added = f"counts {merged['counts']:.0f}, p-values {merged['p-values']:.0f}"
    normals = "KS of equal normals, as many rows, by `scipy.stats.ks_2samp`"
    return _table(
        ("ours", "beside", "difference"),
        [
            ("`shift`, blocks of one row", "`scipy.stats.ttest_ind`", f"{beside['t']:.0e} at most"),
            ("`compare`, the same", "`scipy.stats.chi2_contingency`", f"{beside['blocks']:.3f}"),
            ("`p_value` of PSI", "the same; both approximate", f"{beside['chi2']:.3f} at most"),
            ("its size at the least effect", "0.05, by `ncx2`", f"{beside['ncx2']:.3f}"),
            ("", normals, f"{beside['ks']:.3f}"),
            ("8 workers, added", "one", f"{added}, sums {merged['sums']:.0e}"),
        ],
    )
