"""The plugins that draw panels, each with the settings that are its own."""

from __future__ import annotations

from collections.abc import Callable

from grafana_foundation_sdk.builders import (
    bargauge,
    gauge,
    heatmap,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode, HeatmapColorScale

from mooring.observability.panel import Kind, Panel

Drawn = (
    timeseries.Panel
    | stat.Panel
    | gauge.Panel
    | bargauge.Panel
    | table.Panel
    | heatmap.Panel
    | statetimeline.Panel
)


def drawn(panel: Panel) -> Drawn:
    """A builder of the plugin's panel, without what all plugins share."""
    return _KINDS[panel.kind](panel)


def _timeseries(panel: Panel) -> timeseries.Panel:
    made = timeseries.Panel().legend(_legend_table()).tooltip(_tooltip()).line_width(1)
    # A point for what is seen only once: a model that was served for a minute.
    made = made.show_points(common.VisibilityMode.AUTO).fill_opacity(30 if panel.stacked else 0)
    if panel.stacked:
        made = made.stacking(options.StackingConfig().mode(common.StackingMode.NORMAL))
    if panel.logarithmic:
        scale = options.ScaleDistributionConfig().type(common.ScaleDistribution.LOG).log(10)
        made = made.scale_distribution(scale)
    if len(panel.steps) > 1:
        dashed = common.GraphThresholdsStyleMode.DASHED
        made = made.thresholds_style(options.GraphThresholdsStyleConfig().mode(dashed))
    return made


def _stat(panel: Panel) -> stat.Panel:
    mode = common.BigValueColorMode.VALUE if panel.steps else common.BigValueColorMode.NONE
    return (
        stat.Panel()
        .reduce_options(_newest())
        .color_mode(mode)
        .graph_mode(common.BigValueGraphMode.AREA)
        .text_mode(common.BigValueTextMode.VALUE_AND_NAME)
        # Below each other: side by side, four values of a narrow panel are too small to read.
        .orientation(common.VizOrientation.HORIZONTAL)
    )


def _gauge(panel: Panel) -> gauge.Panel:
    return gauge.Panel().reduce_options(_newest()).show_threshold_markers(True)


def _bargauge(panel: Panel) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .reduce_options(_newest())
        .orientation(common.VizOrientation.HORIZONTAL)
        .display_mode(common.BarGaugeDisplayMode.BASIC)
    )


def _table(panel: Panel) -> table.Panel:
    return table.Panel().show_header(True).cell_height(common.TableCellHeight.SM)


def _heatmap(panel: Panel) -> heatmap.Panel:
    made = heatmap.Panel().calculate(False).color(_heat()).cell_gap(1).show_legend()
    # Edges of buckets are in the panel's unit; bins have names, so the unit is that of the cells.
    if panel.queries[0].shape == "heatmap":
        return made.y_axis(heatmap.YAxisConfig().unit(panel.unit))
    return made.cell_values(heatmap.CellValues().unit(panel.unit))


def _heat() -> heatmap.HeatmapColorOptions:
    # The exponent lifts thin tails out of the background.
    made = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(64)
    return made.scale(HeatmapColorScale.EXPONENTIAL).exponent(0.5)


def _states(panel: Panel) -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .merge_values(True)
        .show_value(common.VisibilityMode.AUTO)
        .row_height(0.8)
        .legend(options.VizLegendOptions().show_legend(True).calcs([]))
    )


def _legend_table() -> options.VizLegendOptions:
    return (
        options.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.TABLE)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
        # A panel shows three lines of it: the largest, not what comes first in the alphabet.
        .sort_by("Last *")
        .sort_desc(True)
    )


def _tooltip() -> options.VizTooltipOptions:
    return (
        options.VizTooltipOptions()
        .mode(common.TooltipDisplayMode.MULTI)
        .sort(common.SortOrder.DESCENDING)
    )


def _newest() -> options.ReduceDataOptions:
    return options.ReduceDataOptions().calcs(["lastNotNull"])


_KINDS: dict[Kind, Callable[[Panel], Drawn]] = {
    "timeseries": _timeseries,
    "stat": _stat,
    "gauge": _gauge,
    "bargauge": _bargauge,
    "table": _table,
    "heatmap": _heatmap,
    "state-timeline": _states,
}
