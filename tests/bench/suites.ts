import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { benchFolder, type Checkout } from './checkout.ts';
import type { Figure } from './figures.ts';

/** The suites that can be timed whole, by the npm scripts that make them up. */
export const SUITES: Record<string, readonly string[]> = {
	test: ['test'],
	check: ['check'],
	e2e: ['e2e']
};

/** What `check` stood for before it had a name. */
const EARLIER: Record<string, readonly string[]> = {
	check: ['check:format', 'lint', 'types', 'unit']
};

const tables = z.record(
	z.string(),
	z.array(z.object({ what: z.string(), value: z.number(), unit: z.literal('s') }))
);

/**
 * How long a suite takes in a checkout, whole and step by step, in seconds; from the last table
 * that this machine recorded of that commit, if there is one. @throws when the suite fails.
 */
export async function timeSuite(suite: string, checkout: Checkout): Promise<Figure[]> {
	const file = join(benchFolder(), 'tables.json');
	const kept = existsSync(file) ? tables.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
	const [processor] = cpus();
	const key = [suite, checkout.commit, hostname(), processor?.model, cpus().length].join(' · ');
	const recorded = kept[key];
	if (recorded && !checkout.commit.endsWith('+')) return recorded;
	const figures = await run(suite, checkout);
	writeFileSync(file, JSON.stringify({ ...kept, [key]: figures }, null, '\t'));
	return figures;
}

async function run(suite: string, { root }: Checkout): Promise<z.infer<typeof tables>[string]> {
	const { scripts } = z
		.object({ scripts: z.record(z.string(), z.string()) })
		.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
	const names = (scripts[suite] ? SUITES[suite] : EARLIER[suite]) ?? [];
	const figures: z.infer<typeof tables>[string] = [];
	const began = performance.now();
	for (const name of names) {
		const start = performance.now();
		const output = await npm(root, name);
		if (names.length > 1) figures.push({ what: name, value: since(start), unit: 's' });
		for (const [, what = '', seconds] of output.matchAll(/^[✓✗] ([\w ]+): .*\((\d+) s\)$/gm)) {
			figures.push({ what, value: Number(seconds), unit: 's' });
		}
	}
	return [...figures, { what: suite, value: since(began), unit: 's' }];
}

function npm(root: string, script: string): Promise<string> {
	const child = spawn('npm', ['run', '--silent', script], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'inherit']
	});
	let output = '';
	child.stdout.on('data', (text: Buffer) => {
		output += String(text);
		process.stdout.write(text);
	});
	return new Promise((done, failed) => {
		child.on('error', failed);
		child.on('close', (status) =>
			status === 0 ? done(output) : failed(new Error(`npm run ${script} failed in ${root}`))
		);
	});
}

function since(start: number): number {
	return Math.round((performance.now() - start) / 100) / 10;
}
