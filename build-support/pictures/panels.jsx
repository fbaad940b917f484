// Panels that are drawn by Grafana's own components.
import {
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, Table, TimeSeries, useTheme2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

import { dress } from './frames.js';

const GAP = 6;
const LARGEST_BAR = 44;

// The library names one of them twice, and its registry takes none twice.
standardTransformersRegistry.setInit(() =>
  [...new Map(Object.values(standardTransformers).map((one) => [one.id, one])).values()].map((one) => ({
    id: one.id,
    name: one.name,
    transformation: () => Promise.resolve(one),
    description: '',
    editor: () => null,
  }))
);

export function TimeSeriesPanel({ panel, frames, width, height, range }) {
  const { legend = { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } } =
    panel.options ?? {};
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={range}
      timeZone="utc"
      legend={{ calcs: [], ...legend }}
      options={{}}
    />
  );
}

/** One value for each series: the last, unless the panel asks for another. */
export function valuesOf(panel, frames, theme) {
  return getFieldDisplayValues({
    fieldConfig: { defaults: {}, overrides: [] },
    reduceOptions: { calcs: ['lastNotNull'], values: false, ...panel.options?.reduceOptions },
    replaceVariables: (text) => text,
    sparkline: true,
    data: frames,
    theme,
    timeZone: 'utc',
  });
}

export function StatPanel({ panel, frames, width, height }) {
  const theme = useTheme2();
  const values = valuesOf(panel, frames, theme);
  const { orientation = 'auto' } = panel.options ?? {};
  const across = orientation === 'auto' ? width >= height : orientation === 'vertical';
  const each = across ? [width / values.length - GAP, height] : [width, height / values.length - GAP];
  const options = { colorMode: 'value', graphMode: 'area', textMode: 'auto', justifyMode: 'auto', ...panel.options };
  const { colorMode, graphMode, textMode, justifyMode } = options;
  return (
    <div style={{ display: 'flex', flexDirection: across ? 'row' : 'column', gap: GAP }}>
      {values.map(({ display, sparkline }, index) => (
        <BigValue
          key={index}
          {...{ theme, colorMode, graphMode, textMode, justifyMode }}
          width={each[0]}
          height={each[1]}
          value={display}
          count={values.length}
          sparkline={graphMode !== 'none' && sparkline?.y.values.length > 1 ? sparkline : undefined}
        />
      ))}
    </div>
  );
}

export function BarGaugePanel({ panel, frames, width, height }) {
  const theme = useTheme2();
  const values = valuesOf(panel, frames, theme);
  const { min = 0, max = Math.max(...values.map(({ display }) => display.numeric || 0)) || 1 } =
    panel.fieldConfig?.defaults ?? {};
  const each = Math.min(height / values.length, LARGEST_BAR);
  const alignmentFactors = getDisplayValueAlignmentFactors(values); // bars begin below each other
  const { displayMode = 'gradient', valueMode, namePlacement, showUnfilled = true } = panel.options ?? {};
  return values.map(({ display, field, view }, index) => (
    <div key={index} style={{ height: each, overflow: 'hidden' }}>
      <BarGauge
        {...{ theme, width, alignmentFactors, displayMode, namePlacement, showUnfilled }}
        field={{ ...field, min, max }}
        display={view?.getFieldDisplayProcessor(0)}
        value={display}
        height={each - GAP}
        orientation="horizontal"
        valueDisplayMode={valueMode}
      />
    </div>
  ));
}

/** A table after the transformations that the dashboard asks for, which Grafana's library does. */
export function TablePanel({ panel, frames, width, height }) {
  const theme = useTheme2();
  const [table, setTable] = useState(null);
  useEffect(() => {
    const named = frames.length > 1 ? frames.map(numbered) : frames;
    const subscription = transformDataFrame(panel.transformations ?? [], named).subscribe(([first]) => {
      dress(first, 0, panel, theme);
      setTable(first);
    });
    return () => subscription.unsubscribe();
  }, []);
  return table && <Table data={table} width={width} height={height} resizable={false} columnMinWidth={80} />;
}

// Grafana calls the values of several tables `Value #A`, `Value #B`, …
function numbered(frame) {
  const fields = frame.fields.map((field) =>
    field.name === 'Value' ? { ...field, name: `Value #${frame.refId}` } : field
  );
  return { ...frame, fields };
}
