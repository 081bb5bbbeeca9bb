import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run lint` runs it: each package of the lock has a licence that goes with AGPL-3.0-or-later.

/**
 * Licences (SPDX) whose works may become part of one under AGPL-3.0-or-later. MPL-2.0 names the AGPL
 * among its secondary licences; OFL-1.1 is the typeface's, which stands beside the program as a file.
 */
const ALLOWED = new Set([
	'0BSD',
	'Apache-2.0',
	'BlueOak-1.0.0',
	'BSD-2-Clause',
	'BSD-3-Clause',
	'ISC',
	'MIT',
	'MIT-0',
	'MPL-2.0',
	'OFL-1.1',
	'Unlicense'
]);

/** Packages whose package.json names none: read by hand in their file LICENSE, at this version. */
const READ = new Map([
	['@inlang/plugin-message-format@4.4.4', 'MIT'],
	['sqlite-wasm-kysely@0.3.0', 'MIT']
]);

/**
 * @typedef {{ name: string, version: string, license: unknown }} Package
 */

/**
 * The packages that may not be shipped with Cercle, each in words.
 * @param {Iterable<Package>} packages
 */
export function refused(packages) {
	return Array.from(packages)
		.map(({ name, version, license }) => ({ name: `${name}@${version}`, license }))
		.map(({ name, license }) => ({ name, license: spelled(license) ?? READ.get(name) ?? null }))
		.filter(({ license }) => license === null || !allows(license))
		.map(({ name, license }) => `${name}: ${license ?? 'names no licence'}`);
}

/**
 * The expression, also where an old package.json says `{ type }`; null: none.
 * @param {unknown} license
 */
function spelled(license) {
	if (typeof license === 'string' && license !== '') return license;
	const isNamed = typeof license === 'object' && license !== null && 'type' in license;
	return isNamed && typeof license.type === 'string' ? license.type : null;
}

/**
 * Whether an SPDX expression lets us: all parts of an AND, one of an OR. What it does not know, an
 * exception (WITH) and a malformed one too, is no.
 * @param {string} expression
 */
export function allows(expression) {
	const words = expression.match(/[()]|[^()\s]+/g) ?? [];
	let isWhole = true;
	const answer = either();
	return answer && isWhole && words.length === 0;

	/** @returns {boolean} */
	function either() {
		let answer = all();
		while (words[0] === 'OR') {
			words.shift();
			// Read to its end before it is judged.
			const other = all();
			answer ||= other;
		}
		return answer;
	}

	/** @returns {boolean} */
	function all() {
		let answer = one();
		while (words[0] === 'AND') {
			words.shift();
			const other = one();
			answer &&= other;
		}
		return answer;
	}

	/** @returns {boolean} */
	function one() {
		const word = words.shift();
		if (word === '(') {
			const answer = either();
			isWhole &&= words.shift() === ')';
			return answer;
		}
		isWhole &&= word !== undefined;
		return ALLOWED.has(word ?? '');
	}
}

/**
 * Every package of the lock, with what its own package.json says where it is installed: packages for
 * other systems are not.
 * @param {string} root
 * @returns {Package[]}
 */
function locked(root) {
	const { packages } = readJson(join(root, 'package-lock.json'));
	return Object.keys(packages)
		.filter((path) => path !== '')
		.map((path) => {
			const file = join(root, path, 'package.json');
			const { license, licenses } = existsSync(file) ? readJson(file) : packages[path];
			const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
			return { name, version: packages[path].version, license: license ?? licenses?.[0] };
		});
}

/** @param {string} file */
function readJson(file) {
	return JSON.parse(readFileSync(file, 'utf8'));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	const packages = locked(resolve(fileURLToPath(import.meta.url), '../..'));
	const problems = refused(packages);
	for (const problem of problems) console.error(problem);
	if (problems.length > 0) {
		console.error(
			'These licences are not known to go with AGPL-3.0-or-later (scripts/licences.js).'
		);
		process.exitCode = 1;
	} else console.log(`The licences of ${packages.length} packages go with AGPL-3.0-or-later.`);
}
