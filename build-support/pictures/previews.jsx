// Kinds of panels that Grafana does not publish as components: drawn plainly, and labelled so.
import { FieldType, formattedValueToString, getFieldDisplayName } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

import { valuesOf } from './panels.jsx';

const LETTER = 6.6; // the width of one, on average
const LONGEST = 34; // letters of a row's name
const BOTTOM = 22; // times
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const STEPS = [1, 5, 15, 30, 60, 180, 360, 720].map((minutes) => minutes * MINUTE);
const TICKS = 8;

/** Rows of cells over time, the darker the more: a heatmap. */
export function HeatmapPanel({ panel, frames, width, height, range }) {
  const theme = useTheme2();
  const rows = heatmapRows(panel, frames);
  const most = Math.max(...rows.flatMap(({ cells }) => cells.map(([, value]) => value ?? 0)), 1e-12);
  const paint = (value) => (value > 0 ? scale(Math.sqrt(value / most)) : null);
  return <Rows {...{ rows: rows.reverse(), width, height, range, paint, theme }} />;
}

const scale = (share) => `hsl(210 ${70 - 20 * share}% ${18 + 62 * share}%)`; // Grafana's scheme Blues on dark

// A histogram's buckets hold all below their bound; a cell shows what lies between two bounds.
function heatmapRows(panel, frames) {
  const cumulative = panel.targets.some(({ format }) => format === 'heatmap');
  const rows = frames.map((frame) => ({ name: nameOf(frame, frames), cells: cellsOf(frame) }));
  if (!cumulative) return rows.sort((one, other) => one.name.localeCompare(other.name));
  rows.sort((one, other) => bound(one.name) - bound(other.name));
  const unit = frames[0]?.fields[1].display;
  return rows.map(({ name, cells }, index) => ({
    name: isFinite(bound(name)) && unit ? `≤ ${formattedValueToString(unit(bound(name)))}` : `≤ ${name}`,
    cells: cells.map(([at, value], column) => [at, value - (rows[index - 1]?.cells[column]?.[1] ?? 0)]),
  }));
}

const bound = (text) => (text === '+Inf' ? Infinity : Number(text));
const nameOf = (frame, frames) => getFieldDisplayName(frame.fields[1], frame, frames);
const cellsOf = ({ fields: [time, value] }) => time.values.map((at, index) => [at, value.values[index]]);

/** One row for each series, coloured by its state: a state timeline. */
export function StateTimelinePanel({ frames, width, height, range }) {
  const theme = useTheme2();
  const rows = frames.map((frame) => ({
    name: nameOf(frame, frames),
    cells: cellsOf(frame),
    display: frame.fields.find(({ type }) => type === FieldType.number).display,
  }));
  const paint = (value, { display }) => (value === null ? null : display(value).color);
  const shown = new Map();
  for (const { cells, display } of rows) {
    for (const [, value] of cells) if (value !== null) shown.set(display(value).text, display(value).color);
  }
  return (
    <>
      <Rows {...{ rows, width, height: height - 22, range, paint, theme, gap: 4 }} />
      <Legend entries={[...shown]} left={leftOf(rows)} theme={theme} />
    </>
  );
}

function Legend({ entries, left, theme }) {
  return (
    <div style={{ height: 22, display: 'flex', gap: 16, fontSize: 12, paddingLeft: left }}>
      {entries.map(([text, colour]) => (
        <span key={text}>
          <span style={{ display: 'inline-block', width: 12, height: 4, background: colour, margin: 3 }} />
          <span style={{ color: theme.colors.text.primary }}>{text}</span>
        </span>
      ))}
    </div>
  );
}

const leftOf = (rows) => 12 + LETTER * Math.max(...rows.map(({ name }) => cut(name).length));

function Rows({ rows, width, height, range, paint, theme, gap = 1 }) {
  const left = leftOf(rows);
  const from = range.from.valueOf();
  const span = range.to.valueOf() - from;
  const across = (at) => left + ((at - from) / span) * (width - left);
  const tall = (height - BOTTOM) / Math.max(rows.length, 1);
  return (
    <svg width={width} height={height} style={{ display: 'block', fontFamily: theme.typography.fontFamily }}>
      {rows.map((row, index) => (
        <g key={index} transform={`translate(0 ${index * tall})`}>
          <text x={left - 8} y={tall / 2} textAnchor="end" dominantBaseline="central"
            fontSize={Math.min(12, tall + 1)} fill={theme.colors.text.primary}>{cut(row.name)}</text>
          {segments(row, paint, range.to.valueOf()).map(({ start, end, colour }, place) => (
            <rect key={place} shapeRendering="crispEdges" x={across(start)} y={gap / 2} fill={colour} height={Math.max(tall - gap, 1)}
              width={Math.max(across(end) - across(start) + 0.3, 0.5)} />
          ))}
        </g>
      ))}
      {ticks(from, span).map((at) => (
        <text key={at} x={across(at)} y={height - 6} fontSize={12} textAnchor="middle"
          fill={theme.colors.text.secondary}>{clock(at, span)}</text>
      ))}
    </svg>
  );
}

// Neighbours of one colour are one rectangle: a thousand cells would be a heavy page.
function segments(row, paint, end) {
  const found = [];
  row.cells.forEach(([at, value], index) => {
    const colour = paint(value, row);
    const until = Math.min(row.cells[index + 1]?.[0] ?? end, end);
    const last = found[found.length - 1];
    if (!colour) return;
    if (last && last.colour === colour && last.end === at) last.end = until;
    else found.push({ start: at, end: until, colour });
  });
  return found;
}

const cut = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

// Round times, a handful of them.
function ticks(from, span) {
  const every = STEPS.find((step) => span / step < TICKS) ?? DAY;
  const first = Math.ceil(from / every) * every;
  return Array.from({ length: Math.floor((from + span - first) / every) + 1 }, (_, index) => first + index * every);
}

function clock(at, span) {
  const text = new Date(at).toISOString();
  return span > 2 * DAY ? text.slice(5, 10) : text.slice(11, 16);
}

/** A value against the colours of its range: half a ring. */
export function GaugePanel({ panel, frames, width, height }) {
  const theme = useTheme2();
  const values = valuesOf(panel, frames, theme);
  const each = width / Math.max(values.length, 1);
  return (
    <div style={{ display: 'flex' }}>
      {values.map(({ field, display }, index) => (
        <svg key={index} width={each} height={height} style={{ fontFamily: theme.typography.fontFamily }}>
          <Ring {...{ field, display, width: each, height, theme, named: values.length > 1 }} />
        </svg>
      ))}
    </div>
  );
}

function Ring({ field, display, width, height, theme, named }) {
  const least = field.min ?? 0;
  const share = Math.min(Math.max(((display.numeric || 0) - least) / ((field.max ?? 100) - least), 0), 1);
  const radius = Math.min(width / 2 - 14, height - 34);
  const [x, y] = [width / 2, (height + radius) / 2 - 4];
  return (
    <>
      <path d={arc(x, y, radius, 1)} stroke={theme.colors.background.secondary} {...stroke(radius)} />
      {share > 0 && <path d={arc(x, y, radius, share)} stroke={display.color} {...stroke(radius)} />}
      <text x={x} y={y - 4} textAnchor="middle" fontSize={radius / 2.6} fontWeight={500} fill={display.color}>
        {formattedValueToString(display)}
      </text>
      {named && (
        <text x={x} y={y + 18} textAnchor="middle" fontSize={12} fill={theme.colors.text.primary}>{display.title}</text>
      )}
    </>
  );
}

const stroke = (radius) => ({ fill: 'none', strokeWidth: radius / 4 });

function arc(x, y, radius, share) {
  const inner = radius - radius / 8;
  const angle = Math.PI * (1 - share);
  return `M ${x - inner} ${y} A ${inner} ${inner} 0 0 1 ${x + inner * Math.cos(angle)} ${y - inner * Math.sin(angle)}`;
}
