"""What became of a prediction, judged from everything that was said of it.

A label counts where who says it may say it: the caller of the prediction, a labeler, or anybody
where the gateway asks nobody who they are. The first of them holds, by the time it was received;
where they disagree, none does. Others are strangers', and neither hold nor dispute anything.
"""

from __future__ import annotations

import polars as pl

from mooring.monitor.tables.delta import ID
from mooring.monitor.tables.rows import TIME

# The rights that are good for every prediction; `predictor` is for one's own.
_FOR_ALL = ("labeler", "anyone")

# Of equal labels the same one is first in whatever order they were read.
ORDER = ("received", "observed", "label", "caller")

_ASKER = "_asker"


def with_outcomes(batch: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Predictions with the label of each.

    Adds `label`, `observed_at` and `label_caller`, null unless `state` is "held"; it is "disputed"
    where labels disagree, "none" where there is none. Shadow predictions share the ids of the
    champion's, and their labels.
    """
    asked = batch.select(ID, pl.col("caller").alias(_ASKER)).unique()
    said = labels.join(asked, on=ID).filter(_trusted(pl.col("caller") == pl.col(_ASKER)))
    held = pl.col("label").n_unique() == 1
    found = (
        said.sort(*ORDER, nulls_last=True)
        .group_by(ID, _ASKER, maintain_order=True)
        .agg(
            pl.when(held).then(pl.col("label").first()),
            pl.when(held).then(pl.col("observed").first()).alias("observed_at"),
            pl.when(held).then(pl.col("caller").first()).alias("label_caller"),
            pl.when(held).then(pl.lit("held")).otherwise(pl.lit("disputed")).alias("state"),
        )
    )
    joined = batch.join(found, how="left", left_on=[ID, "caller"], right_on=[ID, _ASKER])
    return joined.with_columns(pl.col("state").fill_null("none"))


def judged(
    labels: pl.DataFrame,
    asked: pl.DataFrame,
    horizon_seconds: float,
    order: tuple[str, ...] = ORDER,
) -> pl.DataFrame:
    """Labels with what became of each: `outcome`, and its `delay` in seconds of event time.

    `labels` are all that were said of their ids, `order` says which of equal ones is the first;
    `asked` are the predictions of these ids: id, `caller`, `at`. Outcomes are those of telemetry's
    `mooring_labels_joined_total`:

        unknown    of no prediction that is in the table
        stranger   of somebody else's prediction
        conflict   of a prediction whose labels disagree
        duplicate  says again what an earlier label said
        late       the first, but later than the horizon
        joined     the first
    """
    known = asked.group_by(ID).agg(pl.col("at").min(), pl.col("caller").alias(_ASKER))
    rows = labels.join(known, on=ID, how="left").with_columns(
        trusted=_trusted(pl.col("caller").is_in(pl.col(_ASKER))).fill_null(False),
        delay=(pl.col("observed") - pl.col("at")).dt.total_milliseconds() / 1_000,
        known=pl.col(_ASKER).is_not_null(),
    )
    ranked = rows.sort(*order, nulls_last=True).with_columns(
        first=pl.int_range(pl.len()).over(ID, "trusted") == 0,
        agreed=pl.col("label").n_unique().over(ID, "trusted") == 1,
    )
    outcome = (
        pl.when(~pl.col("known")).then(pl.lit("unknown"))
        .when(~pl.col("trusted")).then(pl.lit("stranger"))
        .when(~pl.col("agreed")).then(pl.lit("conflict"))
        .when(~pl.col("first")).then(pl.lit("duplicate"))
        .when(pl.col("delay") > horizon_seconds).then(pl.lit("late"))
        .otherwise(pl.lit("joined"))
    )  # fmt: skip
    return ranked.with_columns(outcome=outcome).drop(_ASKER, "trusted", "known", "first", "agreed")


def no_predictions() -> pl.DataFrame:
    """The predictions of ids that nobody knows."""
    return pl.DataFrame(schema={ID: pl.String(), "caller": pl.String(), "at": TIME})


def _trusted(own: pl.Expr) -> pl.Expr:
    right = pl.col("right")
    return right.is_in(_FOR_ALL) | ((right == "predictor") & own)
