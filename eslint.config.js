import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * The arrows of the README's tree: what each folder may import. ESLint's `group` patterns read a
 * leading `#` as a comment, hence `regex`; dynamic imports need a rule of their own.
 */
const arrows = {
	domain: [],
	ui: ['domain'],
	offline: [],
	data: ['domain', 'offline'],
	changes: ['domain', 'offline', 'data'],
	planning: ['domain', 'data'],
	room: ['domain', 'offline', 'data'],
	server: ['domain']
};
const folders = Object.keys(arrows);

function arrowRules(folder) {
	const foreign = folders.filter((name) => name !== folder && !arrows[folder].includes(name));
	const pattern = `^#lib/(${foreign.join('|')})/`;
	const message = `src/lib/${folder} does not import that folder (see the tree in the README).`;
	return {
		files: [`src/lib/${folder}/**/*.{ts,svelte}`],
		rules: {
			'no-restricted-imports': [
				'error',
				{ patterns: [{ regex: pattern, message }, parents, ...(purity[folder] ?? [])] }
			],
			'no-restricted-syntax': [
				'error',
				{
					selector: `ImportExpression[source.value=/${pattern.replaceAll('/', '\\u002F')}/]`,
					message
				},
				...(ambient[folder] ?? [])
			]
		}
	};
}

const parents = { regex: '^\\.\\./', message: 'Write #lib/… instead of climbing folders.' };
const purity = {
	domain: [
		{ regex: '^(svelte|\\$|@|node:|#lib/paraglide)', message: 'domain imports only itself.' }
	]
};

// The calendar of the platform is a fact; its clock is not.
const ambient = {
	domain: [
		{
			selector: ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]",
			message: 'domain is told the time.'
		}
	]
};

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
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig }
		},
		rules: { 'svelte/no-at-html-tags': 'error', 'svelte/no-navigation-without-resolve': 'off' }
	},
	...folders.map(arrowRules),
	{
		files: ['src/lib/domain/**/*.ts'],
		rules: {
			'no-restricted-globals': ['error', 'fetch', 'window', 'document', 'crypto', 'navigator'],
			'no-restricted-properties': [
				'error',
				{ object: 'Math', property: 'random' },
				{ object: 'Date', property: 'now' }
			]
		}
	},
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
