import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The bundle is committed into the wheel, so the same sources have to give the same bytes:
// names come from content, and nothing of the machine or the time goes in.
export default defineConfig({
  plugins: [svelte()],
  base: '/',
  build: {
    outDir: '../src/tocsin/web/dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    sourcemap: false,
    target: 'es2022',
    rollupOptions: {
      input: { index: 'index.html', register: 'src/register.ts' },
      output: {
        // The map library changes seldom; in a chunk of its own a rebuild leaves its bytes alone.
        manualChunks: (id: string) => (/node_modules\/(maplibre-gl|pmtiles)\//.test(id) ? 'maplibre' : undefined),
        entryFileNames: (chunk) =>
          chunk.name === 'register' ? 'assets/register.js' : 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': 'http://127.0.0.1:8080', '/map': 'http://127.0.0.1:8080' },
  },
  test: { include: ['tests/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
