// Bundles the page: node bundle.mjs FOLDER, with node_modules beside the sources.
import { build } from 'esbuild';

await build({
  entryPoints: ['page.jsx'],
  outfile: `${process.argv[2]}/page.js`,
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  minify: true,
  logLevel: 'warning',
  // A package from before modules, which names its component `default`.
  alias: { 'react-custom-scrollbars-2': './scrollbars.js' },
  // Components read this when they are loaded.
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
});
