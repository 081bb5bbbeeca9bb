import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const eslint = new ESLint({ cwd: root });
const IMPORTS = 'no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';

/** The rules that refuse this text, if it stood in this file. */
async function refusals(file: string, text: string): Promise<(string | null)[]> {
	const code = file.endsWith('.svelte') ? `<script lang="ts">\n${text}\n</script>\n` : text;
	const [result] = await eslint.lintText(code, { filePath: resolve(root, file) });
	return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const taking = (from: string) => `import { it } from '${from}';\nexport const own = it;\n`;
const late = (from: string) => `export const own = () => import('${from}');\n`;
const page = 'src/routes/(app)/goals/sample.ts';

const refused: [rule: string, file: string, text: string, by: string][] = [
	['rules know no package', 'src/lib/domain/sample.ts', taking('zod/mini'), IMPORTS],
	['rules know no store', 'src/lib/domain/sample.ts', taking('idb'), IMPORTS],
	['rules know no page', 'src/lib/domain/sample.ts', taking('#app'), IMPORTS],
	['rules know no other room', 'src/lib/domain/a/sample.ts', taking('#lib/data/rows.ts'), IMPORTS],
	[
		'rules know no text of ours',
		'src/lib/domain/sample.ts',
		taking('#lib/paraglide/m.js'),
		IMPORTS
	],
	['rules know no framework', 'src/lib/domain/sample.ts', taking('svelte'), IMPORTS],
	[
		'nor does a rule that comes late',
		'src/lib/domain/sample.ts',
		late('#lib/data/rows.ts'),
		SYNTAX
	],
	['the outbox knows no page', 'src/lib/offline/sample.ts', taking('#routes/Lock.svelte'), IMPORTS],
	[
		'the outbox knows no meaning',
		'src/lib/offline/sample.ts',
		taking('#lib/data/rows.ts'),
		IMPORTS
	],
	['the outbox knows no rule', 'src/lib/offline/sample.ts', taking('#lib/domain/time.ts'), IMPORTS],
	['a component knows no app', 'src/lib/ui/Sample.svelte', taking('#app'), IMPORTS],
	['a component knows no data', 'src/lib/ui/Sample.svelte', taking('#lib/data/rows.ts'), IMPORTS],
	['a component draws no page late', 'src/lib/ui/Sample.svelte', late('#routes/A.svelte'), SYNTAX],
	[
		'data knows no kind of change',
		'src/lib/data/sample.ts',
		taking('#lib/changes/edit.ts'),
		IMPORTS
	],
	['data knows no app', 'src/lib/data/sample.ts', taking('#app'), IMPORTS],
	['a change knows no page', 'src/lib/changes/sample.ts', taking('#routes/a.ts'), IMPORTS],
	['a change knows no text', 'src/lib/changes/a/sample.ts', taking('#lib/paraglide/m.js'), IMPORTS],
	[
		'a plan knows no outbox',
		'src/lib/planning/sample.ts',
		taking('#lib/offline/drafts.ts'),
		IMPORTS
	],
	['a plan knows no component', 'src/lib/planning/sample.ts', taking('#lib/ui/civil.ts'), IMPORTS],
	['the room knows no app', 'src/lib/room/sample.svelte.ts', taking('#app'), IMPORTS],
	['the room knows no component', 'src/lib/room/sample.ts', taking('#lib/ui/format.ts'), IMPORTS],
	['the server knows no browser', 'src/lib/server/sample.ts', taking('#lib/data/rows.ts'), IMPORTS],
	['the server knows no page', 'src/lib/server/sample.ts', taking('#routes/a.ts'), IMPORTS],
	['no folder is climbed', 'src/lib/data/sample.ts', taking('../domain/time.ts'), IMPORTS],
	['no folder is climbed late', 'src/routes/sample.ts', late('../lib/data/rows.ts'), SYNTAX],
	['every arrow can be read', page, 'export const own = (at: string) => import(at);\n', SYNTAX],
	[
		'the worker of the shell knows no data',
		'src/service-worker/sample.ts',
		taking('#lib/data/rows.ts'),
		IMPORTS
	],
	[
		'the worker of the shell knows nothing of the device but the names of its caches',
		'src/service-worker/sample.ts',
		taking('#lib/offline/outbox.ts'),
		IMPORTS
	],
	[
		'an area of pages takes from another what is named',
		page,
		taking('#routes/(app)/actions/due.ts'),
		IMPORTS
	],
	['late too', page, late('#routes/(app)/room/[id]/Live.svelte'), SYNTAX],
	[
		'a public page takes nothing from the members’',
		'src/routes/(public)/join/sample.ts',
		taking('#routes/(app)/actions/form.ts'),
		IMPORTS
	]
];

test.each(refused)('%s: %s', async (_, file, text, by) => {
	expect(await refusals(file, text)).toEqual([by]);
});

test.each([
	['src/lib/domain/sample.ts', 'performance.now()', 'no-restricted-globals'],
	['src/lib/domain/sample.ts', "localStorage.getItem('a')", 'no-restricted-globals'],
	['src/lib/planning/sample.ts', 'setTimeout(String)', 'no-restricted-globals'],
	['src/lib/changes/sample.ts', 'crypto.randomUUID()', 'no-restricted-globals'],
	['src/lib/domain/sample.ts', 'process.hrtime()', 'no-restricted-globals'],
	['src/lib/domain/sample.ts', 'globalThis.performance', SYNTAX],
	['src/lib/domain/sample.ts', 'new Date()', SYNTAX],
	['src/lib/domain/sample.ts', 'Date.now()', 'no-restricted-properties'],
	['src/lib/domain/sample.ts', 'Temporal.Now.instant()', 'no-restricted-properties'],
	['src/lib/domain/sample.ts', 'Math.random()', 'no-restricted-properties']
])('rules are told the time and ask nothing of the machine: %s %s', async (file, words, by) => {
	expect(await refusals(file, `export const own = ${words};\n`)).toEqual([by]);
});

test.each([
	['src/lib/domain/a/sample.ts', taking('#lib/domain/time.ts')],
	['src/lib/domain/a/sample.ts', 'export const own = new Date(0);\n'],
	['src/lib/changes/sample.ts', taking('#lib/data/rows.ts')],
	['src/lib/planning/sample.ts', taking('./casting.ts')],
	['src/lib/server/sample.ts', taking('node:fs')],
	['src/service-worker/sample.ts', taking('#lib/offline/shell.ts')],
	[page, taking('#routes/(app)/actions/form.ts')],
	[page, taking('#routes/(app)/Versions.svelte')],
	[page, late('./Sheet.svelte')]
])('what an arrow leads to is taken: %s %s', async (file, text) => {
	expect(await refusals(file, text)).toEqual([]);
});

test('every room has its arrows', async () => {
	for (const room of readdirSync(resolve(root, 'src/lib'))) {
		if (room === 'paraglide') continue;
		expect(await refusals(`src/lib/${room}/sample.ts`, taking('#app')), room).toEqual([IMPORTS]);
	}
});
