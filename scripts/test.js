import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { findNode, install, root, sync } from './prepare.js';

// `npm test` runs every step, whatever failed before it; the last line says how many tests passed and
// failed. `node scripts/test.js format lint` runs these alone.

/**
 * @typedef {{ passed: number, failures: string[] }} Result
 * @typedef {(text: Buffer) => void} Say
 * @typedef {{ name: string, run: (say: Say) => Promise<Result>, cores?: number, after?: string }} Step
 * @typedef {Result & { name: string, seconds: number }} Ended
 * @typedef {{ name: string, passed: boolean }} Test
 */

install();
const node = findNode();
const asked = process.argv.slice(2);
const chromium = findChromium(node);
const reports = mkdtempSync(join(tmpdir(), 'cercle-test-'));
const env = {
	...process.env,
	...(chromium && { CHROMIUM_PATH: chromium }),
	PATH: `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
};
const CORES = Math.max(2, availableParallelism());

/**
 * In this order, as processors come free: the longest first, so that both come free together for what
 * needs both. `cores`: how many a step keeps busy. `after`: the step that must have ended before; the
 * build writes the messages anew, which all that runs the app reads.
 */
const steps = [
	{ name: 'build', run: built },
	{ name: 'format', run: check('prettier', '--check', '.') },
	{ name: 'lint', run: check('npm', 'run', '--silent', 'lint') },
	{ name: 'process', after: 'build', run: vitest('process') },
	{ name: 'browser', after: 'build', run: vitest('browser') },
	{ name: 'realtime', after: 'build', run: vitest('realtime') },
	{ name: 'unit', after: 'build', run: vitest('unit') },
	{ name: 'types', after: 'build', run: check('npm', 'run', '--silent', 'types') },
	{ name: 'advisors', after: 'build', run: check(node, 'scripts/supabase.ts', 'check') },
	{ name: 'database', after: 'build', cores: 2, run: vitest('database') },
	{ name: 'e2e', after: 'build', cores: 2, run: playwright }
].filter(({ name }) => asked.length === 0 || asked.includes(name));

if (!steps.some(({ name }) => name === 'build')) sync();
const began = Date.now();
const results = await runAll(steps);
rmSync(reports, { recursive: true, force: true });

console.log('');
for (const { name, passed, failures, seconds } of results) {
	const sign = failures.length > 0 ? '✗' : '✓';
	console.log(`${sign} ${name}: ${passed} passed, ${failures.length} failed (${seconds} s)`);
	for (const failure of failures.filter(Boolean)) console.log(`    ${failure}`);
}
console.log(`all steps: ${secondsSince(began)} s`);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failures.length, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * Runs them side by side while there are processors; answers their results in the order given.
 * @param {Step[]} steps
 */
async function runAll(steps) {
	const waiting = [...steps];
	/** @type {Map<string, Promise<void>>} */
	const running = new Map();
	/** @type {Map<string, Ended>} */
	const done = new Map();
	let free = CORES;
	/** @param {Step} step */
	const ready = ({ cores = 1, after }) =>
		cores <= free && (!after || !steps.some(({ name }) => name === after) || done.has(after));
	while (done.size < steps.length) {
		for (let step; (step = waiting.find(ready));) {
			const { name, cores = 1 } = step;
			waiting.splice(waiting.indexOf(step), 1);
			free -= cores;
			running.set(
				name,
				timed(step).then((result) => {
					free += cores;
					running.delete(name);
					done.set(name, result);
				})
			);
		}
		await Promise.race(running.values());
	}
	return steps.flatMap(({ name }) => done.get(name) ?? []);
}

/**
 * Runs a step and prints what it said once it has ended: two side by side would mix.
 * @param {Step} step
 * @returns {Promise<Ended>}
 */
async function timed({ name, run }) {
	const start = Date.now();
	/** @type {Buffer[]} */
	const said = [];
	const result = await run((text) => said.push(text));
	console.log(`\n── ${name}`);
	process.stdout.write(Buffer.concat(said));
	return { name, ...result, seconds: secondsSince(start) };
}

/**
 * The build writes each message as a file of its own; everybody else reads one file a language.
 * @param {Say} say
 */
async function built(say) {
	const made = await check('npm', 'run', '--silent', 'build')(say);
	const synced = await check('npm', 'run', '--silent', 'sync')(say);
	return made.failures.length > 0 ? made : synced;
}

/**
 * A check that holds or not: one test.
 * @param {string} program
 * @param {string[]} words
 * @returns {Step['run']}
 */
function check(program, ...words) {
	return async (say) =>
		(await run(say, {}, program, ...words)) === 0
			? { passed: 1, failures: [] }
			: { passed: 0, failures: [''] };
}

/**
 * @typedef {{ assertionResults: { fullName: string, status: string }[] }} VitestFile
 * @typedef {{ testResults: VitestFile[] }} VitestReport
 * @param {string} project
 * @returns {Step['run']}
 */
function vitest(project) {
	return async (say) => {
		const file = join(reports, `${project}.json`);
		const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
		const status = await run(say, {}, 'vitest', 'run', '--project', project, ...reporters);
		return count(status, file, (/** @type {VitestReport} */ { testResults }) =>
			testResults
				.flatMap(({ assertionResults }) => assertionResults)
				.map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' }))
		);
	};
}

/**
 * @typedef {{ specs?: { title: string, ok: boolean }[], suites?: Suite[] }} Suite
 * @param {Say} say
 */
async function playwright(say) {
	const file = join(reports, 'e2e.json');
	const report = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
	const status = await run(say, report, 'playwright', 'test', '--reporter=list,json');
	/** @type {(suite: Suite) => Test[]} */
	const tests = ({ specs = [], suites = [] }) => [
		...specs.map(({ title, ok }) => ({ name: title, passed: ok })),
		...suites.flatMap(tests)
	];
	return count(status, file, tests);
}

/**
 * Answers the exit status.
 * @param {Say} say
 * @param {NodeJS.ProcessEnv} more
 * @param {string} program
 * @param {string[]} words
 * @returns {Promise<number>}
 */
function run(say, more, program, ...words) {
	const shell = process.platform === 'win32';
	const child = spawn(program, words, {
		cwd: root,
		env: { ...env, ...more },
		shell,
		stdio: ['ignore', 'pipe', 'pipe']
	});
	child.stdout.on('data', say);
	child.stderr.on('data', say);
	return new Promise((done) => {
		child.on('error', () => done(1));
		child.on('close', (status) => done(status ?? 1));
	});
}

/**
 * What a runner reported; one that failed without a failed test counts as one.
 * @param {number} status
 * @param {string} file
 * @param {(report: any) => Test[]} read
 * @returns {Result}
 */
function count(status, file, read) {
	/** @type {Test[]} */
	let tests = [];
	try {
		tests = read(JSON.parse(readFileSync(file, 'utf8')));
	} catch {
		status = 1;
	}
	const failures = tests.filter(({ passed }) => !passed).map(({ name }) => name);
	if (status !== 0 && failures.length === 0) failures.push('');
	return { passed: tests.filter(({ passed }) => passed).length, failures };
}

/** @param {number} start */
function secondsSince(start) {
	return Math.round((Date.now() - start) / 1000);
}
