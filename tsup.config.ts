import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    simulate: 'src/simulate/index.ts',
    cli: 'src/cli/main.ts',
    'postern-worker': 'src/run/workers/postern-worker.ts',
  },
  format: 'esm',
  target: 'node20',
  dts: { entry: { index: 'src/index.ts', simulate: 'src/simulate/index.ts' } },
  splitting: true,
  clean: true,
  treeshake: true,
  silent: true,
})
