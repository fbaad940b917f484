// One dashboard as one page: Grafana's grid of 24 columns, its frames around panels, its variables.
import { createTheme, dateTime, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { createRoot } from 'react-dom/client';

import { framesOf } from './frames.js';
import { BarGaugePanel, StatPanel, TablePanel, TimeSeriesPanel } from './panels.jsx';
import { GaugePanel, HeatmapPanel, StateTimelinePanel } from './previews.jsx';

const WIDTH = 1440;
const GAP = 8;
const CELL = 30; // Grafana's height of one unit of the grid
const PREVIEW = 'preview, not Grafana’s';

const GRAFANAS = { timeseries: TimeSeriesPanel, stat: StatPanel, bargauge: BarGaugePanel, table: TablePanel };
const OURS = { heatmap: HeatmapPanel, 'state-timeline': StateTimelinePanel, gauge: GaugePanel };

const theme = createTheme({ colors: { mode: 'dark' } });

function Picture({ dashboard, results, variables, about, from, to }) {
  const range = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  const panels = dashboard.panels;
  const below = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div id="picture" style={{ width: WIDTH, padding: 12, background: theme.colors.background.canvas }}>
        <Head {...{ dashboard, variables, about, range }} />
        <div style={{ position: 'relative', height: below * (CELL + GAP) }}>
          {panels.map((panel) => (
            <Placed key={panel.id} {...{ panel, range, results: results[panel.id] ?? {} }} />
          ))}
        </div>
      </div>
    </ThemeContext.Provider>
  );
}

function Head({ dashboard, variables, about, range }) {
  const { primary, secondary } = theme.colors.text;
  const box = { border: `1px solid ${theme.colors.border.medium}`, borderRadius: 4, padding: '4px 8px' };
  return (
    <div style={{ display: 'flex', gap: 12, alignItems: 'center', height: 44, color: secondary, fontSize: 13 }}>
      <span style={{ color: primary, fontSize: 18, fontWeight: 500, marginRight: 12 }}>{dashboard.title}</span>
      {Object.entries(variables).map(([name, value]) => (
        <span key={name} style={box}>{name} <b style={{ color: primary, fontWeight: 500 }}>{value}</b></span>
      ))}
      <span style={{ marginLeft: 'auto' }}>{about}</span>
      <span style={box}>{`${stamp(range.from)} to ${stamp(range.to)} UTC`}</span>
    </div>
  );
}

const stamp = (time) => time.toDate().toISOString().slice(0, 16).replace('T', ' ');

function Placed({ panel, results, range }) {
  const column = (WIDTH - 24 + GAP) / 24;
  const { x, y, w, h } = panel.gridPos;
  const width = w * column - GAP;
  const height = h * (CELL + GAP) - GAP;
  return (
    <div style={{ position: 'absolute', left: x * column, top: y * (CELL + GAP), width, height }}>
      {panel.type === 'row' ? <Heading title={panel.title} /> : <Framed {...{ panel, results, range, width, height }} />}
    </div>
  );
}

function Heading({ title }) {
  return <div style={{ fontSize: 16, fontWeight: 500, padding: '6px 4px', color: theme.colors.text.primary }}>{title}</div>;
}

function Framed({ panel, results, range, width, height }) {
  const Drawn = GRAFANAS[panel.type] ?? OURS[panel.type];
  const frames = framesOf(panel, results, theme);
  const label = panel.type in OURS && <span style={{ fontSize: 11, color: theme.colors.text.secondary }}>{PREVIEW}</span>;
  return (
    <PanelChrome title={panel.title} description={panel.description} width={width} height={height} titleItems={label}>
      {(innerWidth, innerHeight) =>
        frames.length ? (
          <Drawn {...{ panel, frames, range, width: innerWidth, height: innerHeight }} />
        ) : (
          <div style={{ display: 'grid', placeItems: 'center', height: innerHeight, fontSize: 16 }}>
            {panel.fieldConfig?.defaults?.noValue ?? 'No data'}
          </div>
        )
      }
    </PanelChrome>
  );
}

createRoot(document.getElementById('root')).render(<Picture {...await (await fetch('/picture.json')).json()} />);
