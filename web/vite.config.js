import { defineConfig } from 'vite';

// The router serves index.html at /graphiql and every other file below /assets/graphiql/.
export default defineConfig({
  base: '/assets/graphiql/',
  esbuild: { jsx: 'automatic' },
  worker: { format: 'es' }, // Monaco's workers are modules of the same origin: no blob, no CDN
  build: {
    outDir: 'dist',
    assetsDir: '',
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 8000,
    rollupOptions: {
      // 'use client' of React libraries: there is no server rendering here
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
  // `npx vite` beside a running platform, for work on the page itself
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
