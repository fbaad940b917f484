"""The card in plain words: what both renderings say, without a mark of either.

Everything is text already; nothing here is escaped, so whoever renders it must.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mooring.blessing.evidence import Check
from mooring.bundle.manifest import REFERENCE
from mooring.card.facts import KINDS, CardFacts
from mooring.contract.feature import Feature

# What a metric means to somebody who has to live with the predictions.
MEANINGS = {
    "roc_auc": "how often, of one row that came true and one that did not, the first is ranked "
    "higher; 0.5 is chance, 1 is perfect",
    "brier": "mean squared distance between the chance given and what came; less is better",
    "log_loss": "surprise at what came, in nats; less is better",
    "ece": "mean distance between the chance that was given and how often it came true; less is "
    "better",
    "base_rate": "how often it came true at all",
    "mean_prediction": "the mean chance that was given; close to the base rate is good",
    "mae": "mean distance between prediction and truth; less is better",
    "rmse": "like mae, with large errors counting more; less is better",
    "r2": "share of the variation that is explained; 1 is all of it, 0 none",
}

_CAPTIONS = {
    "roc": "Found against false alarms at every threshold, on the holdout.",
    "calibration": "What was predicted against what came: tenths of the holdout. On the dashed "
    "line, predictions can be taken at their word. Whiskers are 95 % intervals by whole days.",
    "residuals": "How far off the predictions of the holdout were: right of the dashed line, more "
    "came than was predicted.",
    "slices": "Each part of the holdout on its own, with its interval where one was measured.",
    "champion": "The difference from the champion, with its interval. Zero is no difference.",
}

_ALT = {
    "roc": "ROC curve",
    "calibration": "Calibration: predicted against observed",
    "residuals": "Quantiles of the errors",
    "slices": "Slices against their floors",
    "champion": "Difference from the champion",
}


_REFERRED = "What it is asked in production is compared with these rows, day by day."
_NOT_REFERRED = "No reference for drift is in this bundle: it was trained before there was one."


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells; `mono` numbers the columns that are names or digests."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mono: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A picture by name, what it shows for those who cannot see it, and how to read it."""

    name: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, in this order."""

    title: str
    text: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    table: Table | None = None
    points: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """The whole card: title, one line below it, badges (text, whether it is good), sections."""

    title: str
    lead: str
    badges: tuple[tuple[str, bool], ...]
    sections: tuple[Section, ...]


def view(facts: CardFacts, drawn: frozenset[str]) -> View:
    """Say what the facts say; `drawn` names the pictures that there are."""
    contract = facts.bundle.contract
    sections = (
        _predicts(facts),
        _release(facts),
        _quality(facts, drawn),
        _slices(facts, drawn),
        _rivalry(facts, drawn),
        _learned(facts),
        _limits(facts),
        _judged(facts),
        _features(facts),
        _again(facts),
    )
    return View(contract.name, contract.description, _badges(facts), sections)


def number(value: float | None) -> str:
    """Four significant digits, a dash for what is undefined.

    >>> number(0.704147651), number(15460.0), number(None)
    ('0.7041', '15,460', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 10 else f"{value:.4g}"


def _badges(facts: CardFacts) -> tuple[tuple[str, bool], ...]:
    standing = facts.standing
    where = f"{standing.role}, version {standing.released.version}" if standing else "not released"
    verdicts = []
    for kind in KINDS:
        found = facts.evidence.get(kind)
        said = found.blessing.verdict if found else "no evidence"
        verdicts.append((f"{kind}: {said}", said == "blessed"))
    return ((where, standing is not None), *verdicts)


def _predicts(facts: CardFacts) -> Section:
    prediction = facts.bundle.contract.prediction
    what = f" that a row {prediction.description}" if prediction.description else ""
    said = f"The chance{what}, between 0 and 1." if prediction.kind == "probability" else (
        f"A quantity{f' in {prediction.unit}' if prediction.unit else ''}: "
        f"{prediction.description or prediction.name}."
    )  # fmt: skip
    count = len(facts.bundle.contract.features)
    owner = facts.measured.declared.owner if facts.measured.declared else "not recorded in it"
    text = (
        f"{said} It is answered as “{prediction.name}”, from {count} features that are listed "
        "below.",
        f"Owner: {owner}.",
    )
    return Section("What it predicts", text)


def _release(facts: CardFacts) -> Section:
    standing, bundle = facts.standing, facts.bundle
    if standing is None:
        text: tuple[str, ...] = ("This bundle is in no release: nothing serves it to the public.",)
    else:
        held = standing.released
        text = (
            f"{standing.role.capitalize()} under version {held.version} since {held.promoted_at}, "
            f"by {held.promoted_by}. Reason: {held.reason}",
        )
    rows = (
        ("bundle", bundle.id),
        ("contract", bundle.manifest.contract),
        ("runtime", bundle.manifest.runtime),
        ("size", f"{bundle.bytes:,} bytes"),
    )
    return Section("Where it stands", text, table=Table(("", ""), rows, mono=frozenset({1})))


def _quality(facts: CardFacts, drawn: frozenset[str]) -> Section:
    holdout = facts.measured.holdout
    text = [
        f"Measured on {holdout.rows:,} rows of {holdout.start} to {holdout.end}, a period that it "
        "has not learned from."
    ]
    referred = REFERENCE in facts.bundle.files
    text.append(_REFERRED if referred else _NOT_REFERRED)
    if not (holdout.curves.roc or holdout.curves.bins or holdout.curves.residuals):
        text.append("No curves are recorded in this bundle: it was trained before they were.")
    rows = tuple(_metric(facts, name, value) for name, value in holdout.metrics.items())
    table = _filled(("metric", "value", "interval", "demanded", "meaning"), rows)
    shown = _shown(drawn, "roc", "calibration", "residuals")
    return Section("How good it is", tuple(text), shown, table)


def _metric(facts: CardFacts, name: str, value: float | None) -> tuple[str, ...]:
    check = facts.whole(name)
    interval = _interval(check.lower, check.upper) if check else "–"
    demand = check.demand.split(" on at least")[0] if check else "–"
    return name, number(value), interval, demand, MEANINGS.get(name, "–")


def _slices(facts: CardFacts, drawn: frozenset[str]) -> Section:
    if not facts.slices:
        return Section("Slices", ("No part of the holdout was judged on its own.",))
    rows = tuple(
        (
            check.name,
            f"{check.rows:,}",
            check.metric,
            number(check.value),
            _interval(check.lower, check.upper),
            check.demand.split(" on at least")[0],
            check.verdict,
        )
        for check in facts.slices
    )
    header = ("slice", "rows", "metric", "value", "interval", "demanded", "verdict")
    text = ("A mean may hide whom a model fails. Each of these was judged on its own.",)
    return Section("Slices", text, _shown(drawn, "slices"), _filled(header, rows))


def _rivalry(facts: CardFacts, drawn: frozenset[str]) -> Section:
    if not facts.comparisons:
        told = "It was compared with no champion: there was none, or the gate does not ask for it."
        return Section("Against the champion", (told,))
    rows = tuple(_compared(check) for check in facts.comparisons)
    header = ("metric", "this", "champion", "difference", "interval", "days or blocks", "verdict")
    text = ("Both models on the same rows; the interval draws whole days, never single rows.",)
    shown = _shown(drawn, "champion")
    return Section("Against the champion", text, shown, Table(header, rows, frozenset({0})))


def _compared(check: Check) -> tuple[str, ...]:
    versus = check.versus
    if versus is None or versus.reason:
        return check.metric, *["–"] * 4, versus.reason if versus else "", check.verdict
    return (
        check.metric,
        number(check.value),
        f"{number(versus.value)} ({versus.champion[:16]})",
        number(versus.difference),
        _interval(versus.lower, versus.upper),
        f"{versus.blocks:,}",
        check.verdict,
    )


def _learned(facts: CardFacts) -> Section:
    data, told = facts.bundle.manifest.dataset, facts.provenance
    version = told.get("dataset_version")
    rows = [
        ("dataset", data.name + (f", version {version}" if version is not None else "")),
        ("period", f"{data.period.start} to {data.period.end}"),
        ("rows", f"{data.rows:,}"),
        ("content of those rows", f"sha256 {data.sha256}"),
    ]
    if (declared := facts.measured.declared) is not None:
        rows.insert(2, ("fitted on", f"{declared.fit.start} to {declared.fit.end}"))
        used = declared.calibrate if declared.calibration else None
        calibrated = f"{used.start} to {used.end}" if used else "not calibrated"
        rows.insert(3, ("calibrated on", calibrated))
    return Section("What it learned from", table=Table(("", ""), tuple(rows), frozenset({1})))


def _limits(facts: CardFacts) -> Section:
    declared = facts.measured.declared
    if declared is None:
        told = "Not recorded here; the card.md inside the bundle says what was known at training."
        return Section("Known limits", (told,))
    if not declared.known_limits:
        return Section("Known limits", ("Its owner has stated none, which is unlikely to be so.",))
    return Section("Known limits", points=declared.known_limits)


def _judged(facts: CardFacts) -> Section:
    text, rows = [], []
    for kind in KINDS:
        found = facts.evidence.get(kind)
        if found is None:
            text.append(f"There is no {kind} blessing of this bundle.")
            continue
        blessing = found.blessing
        of = f", dataset sha256 {blessing.dataset[:16]}…" if blessing.dataset else ""
        text.append(
            f"{kind.capitalize()}: {blessing.verdict}, judged at {blessing.judged_at} in "
            f"{blessing.seconds:.1f} s{of}. Evidence: sha256 {found.digest[:16]}…"
            f"{_unlike(facts, kind, found.digest)}"
        )
        rows += [(kind, c.name, c.metric, _found(c), c.demand, c.verdict) for c in blessing.checks]
    header = ("blessing", "check", "metric", "found", "demanded", "verdict")
    table = Table(header, tuple(rows), frozenset({1, 2})) if rows else None
    return Section("How it was checked", tuple(text), table=table)


def _found(check: Check) -> str:
    if check.versus is not None or check.value is None:
        return check.found
    return number(check.value) + (f"; {check.reason}" if check.reason else "")


def _unlike(facts: CardFacts, kind: str, digest: str) -> str:
    recorded = facts.standing.released.blessings.get(kind) if facts.standing else None
    return "" if recorded in (None, digest) else " This is not the evidence it was promoted on."


def _features(facts: CardFacts) -> Section:
    rows = tuple(
        (
            feature.name,
            feature.kind + (" or null" if feature.nullable else ""),
            _allowed(feature),
            feature.unit or "",
            _of_note(feature),
        )
        for feature in facts.bundle.contract.features
    )
    header = ("feature", "type", "allowed", "unit", "meaning")
    text = ("Anything else in a request is refused.",)
    return Section("What it wants to know", text, table=_filled(header, rows))


def _allowed(feature: Feature) -> str:
    if feature.kind == "string":
        known = ", ".join(feature.categories or ())
        return f"any; known: {known}" if feature.open and known else known or "any"
    low = [f"≥ {feature.ge}"] if feature.ge is not None else []
    low += [f"> {feature.gt}"] if feature.gt is not None else []
    low += [f"≤ {feature.le}"] if feature.le is not None else []
    low += [f"< {feature.lt}"] if feature.lt is not None else []
    return ", ".join(low)


def _of_note(feature: Feature) -> str:
    told = [feature.description] if feature.description else []
    if feature.sensitive:
        told.append("sensitive")
    if feature.available_at:
        told.append(f"known {feature.available_at:,} s before the prediction")
    return "; ".join(told)


def _again(facts: CardFacts) -> Section:
    made = facts.bundle.manifest
    libraries = ", ".join(f"{name} {version}" for name, version in made.fingerprint.items())
    parity = facts.measured.parity
    text = (
        "The same rows, code and seed give the same bundle, bit for bit. This trains it again from "
        "the code and data it names and compares:",
    )
    points = (
        f"Code: sha256 {made.code}; seed {made.seed}.",
        f"Libraries: {libraries}.",
        f"The served {made.runtime} model and scikit-learn differ by at most "
        f"{number(parity.largest_difference)} on {parity.rows:,} rows, with "
        f"{parity.changed_decisions} changed decisions.",
        *(f"Trained at {at}." for at in [facts.provenance.get("created_at")] if at),
    )
    commands = (f"mooring reproduce {made.model} --bundle {facts.bundle.id[:16]}",)
    return Section("How to make it again", text, points=points, commands=commands)


def _filled(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    """A table of names and what belongs to them, without the columns in which nothing stands."""
    kept = [i for i in range(len(header)) if any(row[i] not in ("", "–") for row in rows)]
    told = tuple(tuple(row[i] for i in kept) for row in rows)
    return Table(tuple(header[i] for i in kept), told, frozenset({0}))


def _interval(lower: float | None, upper: float | None) -> str:
    return "–" if lower is None or upper is None else f"{number(lower)} to {number(upper)}"


def _shown(drawn: frozenset[str], *names: str) -> tuple[Picture, ...]:
    return tuple(Picture(name, _ALT[name], _CAPTIONS[name]) for name in names if name in drawn)
