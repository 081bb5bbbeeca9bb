import fc from 'fast-check';
import * as prettier from 'prettier';
import { describe, expect, test } from 'vitest';
import { line, markdown, quotation, type Words } from '#lib/domain/account/markdown.ts';
import type { AccountExport } from '#lib/domain/account/export.ts';

interface Node {
	type: string;
	depth?: number;
	value?: string;
	children?: Node[];
}

/** What a Markdown reader makes of it. */
async function read(text: string): Promise<Node> {
	const { parse } = (prettier as unknown as { __debug: Debug }).__debug;
	return (await parse(text, { parser: 'markdown' })).ast;
}
interface Debug {
	parse(text: string, options: object): Promise<{ ast: Node }>;
}

/** The blocks of a document without its words: what a member's text must not change. */
function blocks({ type, depth, children = [] }: Node): unknown {
	const inline = ['paragraph', 'heading'].includes(type);
	const marks = inline
		? children.map((child) => child.type).filter((kind) => kind !== 'break')
		: [];
	return [type, depth, inline ? [...new Set(marks)] : children.map(blocks)];
}

/** All words of it, in order. */
const said = ({ value = '', children = [] }: Node): string => value + children.map(said).join('');

const named = (name: string) => () => name;
const words: Words = {
	...{ title: 'Cercle', groups: 'Groups', signatures: 'Charters', sessions: 'Sessions' },
	...{ goals: 'Goals', actions: 'Actions', challenges: 'Challenges', feedbacks: 'Feedback' },
	...{ contributions: 'Contributions', formerGroup: 'Former group', untitled: 'Untitled' },
	...{
		breaches: 'Breaches',
		nothing: 'Nothing.',
		measure: 'Measure',
		means: 'Means',
		reason: 'Reason'
	},
	...{ history: 'History', reviews: 'Reviews', context: 'Context', tried: 'Tried' },
	...{ options: 'Options', wanted: 'Wanted', unwanted: 'Unwanted', notes: 'Notes' },
	...{ takeaways: 'Takeaways', received: 'Received', plus: 'Plus', delta: 'Delta' },
	exported: (moment) => `Exported ${moment}`,
	day: (moment) => moment.slice(0, 10),
	member: (from, to) => [from, to].filter(Boolean).join(' to '),
	signed: (version) => `version ${version}`,
	goal: ({ year }) => `${year}`,
	action: ({ status }) => status,
	event: ({ kind }) => kind,
	review: ({ outcome }) => outcome,
	contribution: named('Advice')
};

/** A member who wrote the same everywhere. */
function exportOf(text: string): AccountExport {
	const at = '2026-11-28T18:30:00Z';
	const gift = { kind: 'advice' as const, text, made_at: at };
	return {
		exported_at: at,
		account: { email: 'ada@test.example', name: text },
		groups: [{ id: 'g', name: text, joined_at: at, left_at: null }],
		signatures: [{ group_id: 'g', charter_version: 1, signed_at: at }],
		sessions: [{ group_id: 'g', starts_at: at, time_zone: 'Europe/Paris' }],
		goals: [
			{
				...{ title: text, year: 2026, quarter: 2, stage: 'execute', measure: text, means: text },
				...{ reason: text, shared: false, status: 'open', line: text }
			}
		],
		actions: [
			{
				...{ title: text, due_on: '2026-12-01', status: 'open', outcome: 'partly', line: text },
				carries: 1,
				history: [
					{
						...{ kind: 'told', at, title: text, due_on: '2026-12-01', carries: 0 },
						...{ outcome: 'partly', choice: null, line: text }
					}
				],
				reviews: [{ outcome: 'partly', line: text, reviewed_at: at }]
			}
		],
		challenges: [
			{
				...{ starts_at: at, question: text, context: text, tried: text, options: text },
				...{ wanted: text, unwanted: text, notes: { body: text, takeaways: text } },
				contributions: [gift]
			}
		],
		contributions: [gift],
		breaches: [{ raised_at: at, reason: text }],
		feedbacks: [{ starts_at: at, plus: text, delta: text }]
	};
}

const structure = async (text: string) => blocks(await read(markdown(exportOf(text), words)));

describe('a member’s text', () => {
	test.each([
		['# A heading'],
		['A heading\n========='],
		['A heading\n---'],
		['---'],
		['- an item\n- another'],
		['1. an item\n2) another'],
		['> a quotation\n\n> and its end'],
		['```js\nalert(1)\n```'],
		['~~~\nalert(1)\n~~~'],
		['    a block of code'],
		['\ta block of code'],
		['| a | table |\n| - | - |\n| of | cells |'],
		['<script>alert(1)</script>'],
		['<!-- the rest is hidden'],
		['[a link](javascript:alert(1))'],
		['![an image](https://elsewhere.example/pixel.png)'],
		['[a reference][1]\n\n[1]: https://elsewhere.example'],
		['**bold** and __bold__, *thin* and _thin_, ~~gone~~'],
		['`code`'],
		['&lt;b&gt; &#x41;'],
		['a footnote[^1]\n\n[^1]: here'],
		['$$\nx\n$$'],
		['ends with a backslash \\'],
		['two\n\n\n\nblank lines'],
		['separators\u2028of lines\u2029of Unicode']
	])('%j stays words wherever it stands', async (text) => {
		const plain = text.split(/\s*\n\s*\n\s*/).length;
		const calm = Array.from({ length: plain }, () => 'words').join('\n\n');
		expect(await structure(text)).toEqual(await structure(calm));
	});

	test('of any signs stays inside the quotation that holds it, with every letter', async () => {
		const sign = fc.constantFrom(...'\\`*_{}[]<>()#+-=!|~&$:@^"\'/?.,;%1 \n\taB'.split(''));
		await fc.assert(
			fc.asyncProperty(fc.array(sign, { minLength: 1, maxLength: 60 }), async (signs) => {
				const text = signs.join('');
				fc.pre(text.trim() !== '');
				const { children = [] } = await read(`before\n\n${quotation(text)}\n\nafter`);
				expect(children.map(({ type }) => type)).toEqual(['paragraph', 'blockquote', 'paragraph']);
				const kinds = new Set(children[1]!.children?.map(({ type }) => type));
				expect([...kinds]).toEqual(['paragraph']);
				expect(said(children[1]!).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
			}),
			{ numRuns: 100 }
		);
	});

	test('in a title is one line, with every letter', async () => {
		const sign = fc.constantFrom(...'\\`*_[]<>()#+-=!|~&1. \naB'.split(''));
		await fc.assert(
			fc.asyncProperty(fc.array(sign, { minLength: 1, maxLength: 40 }), async (signs) => {
				const text = signs.join('');
				fc.pre(text.trim() !== '');
				const { children = [] } = await read(`## ${line(text)}\n\nafter`);
				expect(children.map(({ type }) => type)).toEqual(['heading', 'paragraph']);
				expect(said(children[0]!).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
			}),
			{ numRuns: 100 }
		);
	});
});

test('who has nothing yet takes along a document that says so', () => {
	const empty: AccountExport = {
		...exportOf(''),
		...{ groups: [], signatures: [], sessions: [], goals: [], actions: [], challenges: [] },
		...{ contributions: [], feedbacks: [], breaches: [] }
	};
	const text = markdown(empty, words);
	expect(text).toContain('# Cercle · ada\\@test.example');
	expect(text.match(/^Nothing\.$/gm)).toHaveLength(8);
});

test('lines and indents of a text are kept', () => {
	expect(quotation('First\n  second\n\nThird')).toBe('> First\\\n> \u00a0\u00a0second\n>\n> Third');
});

test('a group that was left is named as one', () => {
	const exported = exportOf('words');
	exported.groups = [{ id: 'g', name: null, joined_at: '2026-01-01', left_at: '2026-02-01' }];
	const text = markdown(exported, words);
	expect(text).toContain('- Former group · 2026\\-01\\-01 to 2026\\-02\\-01');
});
