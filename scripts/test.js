import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { findNode, install, root, sync } from './prepare.js';

// Every step runs, whatever failed before it; the last line says how many tests passed and failed.

install();
sync();
const node = findNode();
const chromium = findChromium(node);
const reports = mkdtempSync(join(tmpdir(), 'cercle-test-'));
const env = {
	...process.env,
	...(chromium && { CHROMIUM_PATH: chromium }),
	PATH: `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
};

/** A check that holds or not: one test. */
const check = (...words) => {
	return () => (run(...words) === 0 ? { passed: 1, failures: [] } : { passed: 0, failures: [''] });
};

const vitest = (project) => () => {
	const file = join(reports, `${project}.json`);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
	const status = run('vitest', 'run', '--project', project, ...reporters);
	return count(status, file, ({ testResults }) =>
		testResults
			.flatMap(({ assertionResults }) => assertionResults)
			.map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' }))
	);
};

const playwright = () => {
	const file = join(reports, 'e2e.json');
	env.PLAYWRIGHT_JSON_OUTPUT_NAME = file;
	const status = run('playwright', 'test', '--reporter=list,json');
	const tests = ({ specs = [], suites = [] }) => [
		...specs.map(({ title, ok }) => ({ name: title, passed: ok })),
		...suites.flatMap(tests)
	];
	return count(status, file, tests);
};

const steps = [
	['format', check('prettier', '--check', '.')],
	['lint', check('eslint', '.')],
	['types', check('npm', 'run', '--silent', 'types')],
	['unit', vitest('unit')],
	['browser', vitest('browser')],
	['rls', vitest('rls')],
	['realtime', vitest('realtime')],
	['build', check('npm', 'run', '--silent', 'build')],
	['e2e', playwright],
	['advisors', check(node, 'scripts/database.ts', 'advisors')],
	['generated types are current', check(node, 'scripts/database.ts', 'check-types')]
];

const results = steps.map(([name, step]) => {
	console.log(`\n── ${name}`);
	const start = Date.now();
	return { name, ...step(), seconds: Math.round((Date.now() - start) / 1000) };
});
rmSync(reports, { recursive: true, force: true });

console.log('');
for (const { name, passed, failures, seconds } of results) {
	const sign = failures.length > 0 ? '✗' : '✓';
	console.log(`${sign} ${name}: ${passed} passed, ${failures.length} failed (${seconds} s)`);
	for (const failure of failures.filter(Boolean)) console.log(`    ${failure}`);
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failures.length, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function run(program, ...words) {
	const shell = process.platform === 'win32';
	const { status } = spawnSync(program, words, { cwd: root, env, shell, stdio: 'inherit' });
	return status ?? 1;
}

/** What a runner reported; one that failed without a failed test counts as one. */
function count(status, file, read) {
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
