// Results of queries become data frames, with the names, units and colours that Grafana gives them.
// The registry that does this in Grafana is part of its server's page and not published.
import {
  FieldType,
  cacheFieldDisplayNames,
  getDisplayProcessor,
  getFieldSeriesColor,
  getMinMaxAndDelta,
  toDataFrame,
} from '@grafana/data';

/** The frames of a panel: one for each series, or one table for each query of shape `table`. */
export function framesOf(panel, results, theme) {
  const frames = panel.targets.flatMap((target) => framesOfTarget(target, results[target.refId] ?? []));
  frames.forEach((frame, index) => dress(frame, index, panel, theme));
  cacheFieldDisplayNames(frames);
  frames.forEach((frame) => frame.fields.forEach((field) => keepColour(field, theme)));
  return frames;
}

function framesOfTarget(target, series) {
  if (target.format === 'table') return series.length ? [tableFrame(target, series)] : [];
  return series.map(({ labels, points }) =>
    toDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: points.map(([at]) => at * 1000) },
        {
          name: 'Value',
          type: FieldType.number,
          labels,
          values: points.map(([, value]) => value),
          config: { displayNameFromDS: seriesName(target.legendFormat, labels) },
        },
      ],
    })
  );
}

// As Grafana's data source: time, a column for each label, then the value.
function tableFrame(target, series) {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const last = series.map(({ points }) => points[points.length - 1]);
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: last.map(([at]) => at * 1000) },
      ...names.map((name) => ({
        name,
        type: FieldType.string,
        values: series.map(({ labels }) => labels[name] ?? ''),
      })),
      { name: 'Value', type: FieldType.number, values: last.map(([, value]) => value) },
    ],
  });
}

export function seriesName(format, labels) {
  if (format && format !== '__auto') {
    return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
  }
  const { __name__: name = '', ...rest } = labels;
  const inside = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return inside.length ? `${name}{${inside.join(', ')}}` : name || 'Value';
}

/** Give each number its configuration, its colour of the palette, and its way to be written. */
export function dress(frame, index, { type, fieldConfig = {} }, theme) {
  const { defaults = {}, overrides = [] } = fieldConfig;
  const colour = { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' };
  for (const field of frame.fields) {
    if (field.type === FieldType.time) {
      field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
      continue;
    }
    field.config = configured(field, frame, { color: colour, ...defaults }, overrides);
    field.state = { ...field.state, seriesIndex: index, range: rangeOf(field) };
    field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
  }
}

// A line's colour may follow its name, which is forgotten when frames are joined for drawing.
function keepColour(field, theme) {
  if (!field.config.color?.mode.endsWith('-by-name')) return;
  field.config.color = { mode: 'fixed', fixedColor: getFieldSeriesColor(field, theme).color };
}

const rangeOf = (field) => (field.type === FieldType.number ? getMinMaxAndDelta(field) : undefined);

function configured(field, frame, defaults, overrides) {
  const base = field.type === FieldType.number ? defaults : { custom: defaults.custom };
  const config = { ...structuredClone(base), ...field.config };
  // The first step holds from minus infinity on; JSON writes it as null.
  const steps = (defaults.thresholds?.steps ?? [{ color: 'green', value: null }]).map((step) => ({
    ...step,
    value: step.value ?? -Infinity,
  }));
  config.thresholds = { mode: defaults.thresholds?.mode ?? 'absolute', steps };
  const name = field.config.displayName ?? field.config.displayNameFromDS ?? field.name;
  for (const { matcher, properties } of overrides) {
    if (matches(matcher, name, frame)) properties.forEach(({ id, value }) => assign(config, id, value));
  }
  return config;
}

function matches({ id, options }, name, frame) {
  if (id === 'byName') return name === options;
  if (id === 'byRegexp') return new RegExp(options.replace(/^\/|\/$/g, '')).test(name);
  return id === 'byFrameRefID' && frame.refId === options;
}

// `custom.lineStyle` and the like name a place inside the configuration.
function assign(config, path, value) {
  const names = path.split('.');
  const last = names.pop();
  const holder = names.reduce((inside, name) => (inside[name] ??= {}), config);
  holder[last] = value;
}
