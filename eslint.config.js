import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { comments } from './eslint-rules/bare-who.js';
import svelteConfig from './svelte.config.js';

/**
 * The arrows of docs/architecture.md: all that each room of `src/lib` may import beside itself. What is
 * not named is refused, be it another room, a page, `#app` or a package.
 */
const rooms = {
	domain: { from: [], packages: [] },
	ui: { from: ['domain', 'paraglide'], packages: ['svelte'] },
	offline: { from: [], packages: ['trusted-types', 'workbox-window', 'zod/mini'] },
	data: { from: ['domain', 'offline'], packages: ['@supabase/*', 'svelte', 'zod/mini'] },
	changes: { from: ['domain', 'offline', 'data'], packages: ['zod/mini'] },
	planning: { from: ['domain', 'data'], packages: ['zod/mini'] },
	room: { from: ['domain', 'offline', 'data'], packages: ['@supabase/*', 'svelte'] },
	server: { from: ['domain', 'paraglide'], packages: ['*'] }
};

/**
 * What an area of pages takes from another one. The fewer the better: what two need is a rule.
 * @type {Record<string, string[]>}
 */
const lent = {
	actions: ['group/NoGroup.svelte', 'today/SignFirst.svelte'],
	challenge: ['room/[id]/Contributions.svelte', 'room/[id]/contributions.ts'],
	goals: [
		'actions/ActionSheet.svelte',
		'actions/form.ts',
		'group/NoGroup.svelte',
		'today/SignFirst.svelte'
	],
	group: ['goals/GroupLink.svelte', 'session/reason.ts'],
	room: [
		'actions/Decide.svelte',
		'actions/due.ts',
		'actions/options.ts',
		'challenge/[id]/DoubleCheck.svelte',
		'challenge/[id]/fields.ts'
	],
	session: [
		'challenge/[id]/Ownership.svelte',
		'challenge/[id]/Withdrawn.svelte',
		'today/SignFirst.svelte'
	],
	today: [
		'actions/ActionLine.svelte',
		'actions/Conflicts.svelte',
		'actions/DecideCard.svelte',
		'actions/ticking.svelte.ts',
		'group/OpenVotes.svelte',
		'me/AddressWaits.svelte'
	]
};

/**
 * @typedef {{ selector: string, message: string }} Syntax
 * @typedef {{ syntax?: Syntax[], rules?: import('typescript-eslint').ConfigWithExtends['rules'] }} More
 */

/**
 * What these files may import; anything else is refused with this message, climbing by `parents`.
 * @param {string[]} files
 * @param {string[]} allowed
 * @param {string} message
 * @param {More} [more]
 */
function only(files, allowed, message, more = {}) {
	return restricted(files, `^(?!${allowed.join('|')})`, message, more);
}

/**
 * Refuses imports whose address matches. ESLint's `group` patterns read a leading `#` as a comment,
 * hence `regex`; an import that comes late needs a rule of its own.
 * @param {string[]} files
 * @param {string} regex
 * @param {string} message
 * @param {More} [more]
 * @returns {import('typescript-eslint').ConfigWithExtends}
 */
function restricted(files, regex, message, { syntax = [], rules = {} } = {}) {
	return {
		files,
		rules: {
			'no-restricted-imports': ['error', { patterns: [{ regex, message }, parents] }],
			'no-restricted-syntax': ['error', late(regex, message), climbing, ...syntax],
			...rules
		}
	};
}

/**
 * @param {string} regex
 * @param {string} message
 * @returns {Syntax}
 */
function late(regex, message) {
	const pattern = regex.replaceAll('/', '\\u002F');
	return { selector: `ImportExpression[source.value=/${pattern}/]`, message };
}

/** @param {string} text */
function escape(text) {
	return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll('\\/', '/');
}

/**
 * `zod/mini` stands for itself and what is below it, `@supabase/*` for all that begins so, `*` for any.
 * @param {string} name
 */
function packagePattern(name) {
	if (name === '*') return '[a-z@]';
	return name.endsWith('*') ? escape(name.slice(0, -1)) : `${escape(name)}(?:/|$)`;
}

const parents = { regex: '^\\.\\./', message: 'Write #lib/… instead of climbing folders.' };
const climbing = late(parents.regex, parents.message);
/** The server finds some modules when it runs; in a browser every arrow can be read. */
const hidden = {
	selector: "ImportExpression[source.type!='Literal']",
	message: 'The address of an import stands in it.'
};

/** Rooms of rules: they are told the time, and ask nothing of the machine they run on. */
const told = ['domain', 'changes', 'planning'];
// The calendar of the platform is a fact; its clock is not.
const ambient = [
	{
		selector: ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]",
		message: 'Rules are told the time.'
	},
	{
		selector: "MemberExpression[object.name='globalThis']",
		message: 'Rules ask nothing of the machine.'
	}
];
const language = new Set(Object.keys(globals.es2026));
/** What gives the same answer on every machine at any time. */
const facts = ['Temporal', 'TextEncoder'];
const machine = Object.keys({ ...globals.browser, ...globals.node });
/** @type {More['rules']} */
const pure = {
	'no-restricted-globals': [
		'error',
		...machine.filter((name) => !language.has(name) && !facts.includes(name))
	],
	'no-restricted-properties': [
		'error',
		{ object: 'Math', property: 'random' },
		{ object: 'Date', property: 'now' },
		{ object: 'Temporal', property: 'Now' }
	]
};

const arrows = Object.entries(rooms).map(([room, { from, packages }]) =>
	only(
		[`src/lib/${room}/**/*.{js,ts,svelte}`],
		['\\.\\.?/', `#lib/(?:${[room, ...from].join('|')})/`, ...packages.map(packagePattern)],
		`src/lib/${room} does not import that (see docs/architecture.md).`,
		{
			syntax: [...(room === 'server' ? [] : [hidden]), ...(told.includes(room) ? ambient : [])],
			rules: { ...(told.includes(room) && pure) }
		}
	)
);

const pages = readdirSync(resolve(import.meta.dirname, 'src/routes/(app)'), {
	withFileTypes: true
});
const areas = pages.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const between = areas.map((area) => {
	const taken = (lent[area] ?? []).map((file) => `${escape(file)}$`);
	return restricted(
		[`src/routes/(app)/${area}/**/*.{ts,svelte}`],
		`^#routes/\\(app\\)/(?!${[`${escape(area)}/`, ...taken].join('|')})[^/]+/`,
		'What one area of pages takes from another is named in eslint.config.js.',
		{ syntax: [hidden] }
	);
});

export default ts.config(
	{
		ignores: [
			'.svelte-kit/',
			'build/',
			'node_modules/',
			'src/lib/paraglide/',
			'src/lib/data/database.types.ts',
			'.data*/',
			'test-results/'
		]
	},
	...ts.configs.strict,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			'no-undef': 'off',
			'no-restricted-imports': ['error', { patterns: [parents] }],
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			'no-console': 'error'
		}
	},
	{ files: ['src/**'], rules: { 'no-restricted-syntax': ['error', climbing, hidden] } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig }
		},
		rules: { 'svelte/no-at-html-tags': 'error', 'svelte/no-navigation-without-resolve': 'off' }
	},
	comments,
	...arrows,
	...between,
	restricted(
		['src/routes/(public)/**/*.{ts,svelte}'],
		'^#routes/\\(app\\)/',
		'A page that anybody may open takes nothing from the members’ pages.',
		{ syntax: [hidden] }
	),
	only(
		['src/service-worker/**/*.ts'],
		['\\.\\.?/', '#lib/offline/shell\\.ts$', '\\$service-worker$', 'workbox-'],
		'The service worker knows the shell only: never data, never a page.'
	),
	{
		// The process and its scripts speak to a terminal; members' text never passes through here.
		files: ['scripts/**', 'tests/**', 'src/lib/server/log.ts'],
		rules: { 'no-console': 'off' }
	},
	{
		files: ['tests/**'],
		rules: { 'no-restricted-imports': 'off', '@typescript-eslint/no-non-null-assertion': 'off' }
	}
);
