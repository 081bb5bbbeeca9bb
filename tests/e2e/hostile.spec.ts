import { createHash, randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { Sql } from 'postgres';
import { limits } from '#lib/domain/limits.ts';
import { noTable, SHARED } from '../../scripts/schemas.ts';
import { SESSION } from '../support/demo-room.ts';
import { HOSTILE } from '../support/hostile.ts';
import { asOwner } from '../support/owner.ts';
import { expect, type Phone, test } from './fixtures.ts';
import { signIn } from './steps.ts';

// Everything a member may write is written as an attack, and every screen is opened on it. That no
// policy of the page was needed to stop one is the fixture's business.

test.use({ demo: true, apart: 'hostile' });

const CLOSED = SESSION.replace(/3$/, '2');
const CHALLENGE = SESSION.replaceAll('3', '4').replace(/4$/, '3');
const CLOSED_CHALLENGE = CHALLENGE.replace(/3$/, '2');

/** Each text a member writes, and how long it may be. */
const FIELDS: readonly [table: string, column: string, most: number][] = [
	['groups', 'name', limits.name],
	['profiles', 'name', limits.name],
	['communities', 'name', limits.name],
	['charters', 'body', limits.charter],
	['sessions', 'place', limits.place],
	['challenges', 'question', limits.question],
	...['context', 'tried', 'options', 'wanted', 'unwanted'].map(
		(column) => ['challenges', column, limits.prose] as [string, string, number]
	),
	['challenge_notes', 'body', limits.note],
	['challenge_notes', 'takeaways', limits.prose],
	['contributions', 'text', limits.contribution],
	['actions', 'title', limits.title],
	['actions', 'line', limits.line],
	['action_events', 'title', limits.title],
	['action_events', 'line', limits.line],
	['reviews', 'line', limits.line],
	['goals', 'title', limits.title],
	['goals', 'line', limits.line],
	['goals', 'measure', limits.prompt],
	['goals', 'means', limits.prompt],
	['goals', 'reason', limits.prompt],
	['breaches', 'reason', limits.breach],
	['feedbacks', 'plus', limits.feedback],
	['feedbacks', 'delta', limits.feedback]
];

/** How often all is written anew, each time with other attacks in the short fields. */
const ROUNDS = 2;

let turn = 0;
/** The next attack that fits; all of them where there is room. */
function attack(most: number): string {
	if (most >= limits.prose) return HOSTILE.join('\n');
	for (;;) {
		const text = HOSTILE[turn++ % HOSTILE.length]!;
		if (Array.from(text).length <= most) return text;
	}
}

/** Writes over every text of every member; answers the name of the group. */
async function attackAll(sql: Sql): Promise<string> {
	// A charter that was signed and the history of an action cannot be changed: here they are.
	await sql`set session_replication_role = replica`;
	for (const [table, column, most] of FIELDS) {
		for (const { id } of await sql<{ id: string }[]>`select id from ${sql(table)} order by id`) {
			await sql`update ${sql(table)} set ${sql({ [column]: attack(most) })} where id = ${id}`;
		}
	}
	for (const { id } of await sql<{ id: string }[]>`select id from segments`) {
		const label = { fr: attack(limits.name), en: attack(limits.name) };
		await sql`update segments set label = ${sql.json(label)} where id = ${id}`;
	}
	const [group] = await sql<{ name: string }[]>`select name from groups`;
	return group!.name;
}

/** White space is shown as a browser shows it. */
const shown = (text: string) => text.replace(/\s+/g, ' ').trim();

interface Seen {
	text: string;
	taken: unknown;
	marks: number;
	origin: string;
	addresses: string[];
}

/** What a page shows and holds. */
async function look(page: Page): Promise<Seen> {
	return page.evaluate(() => {
		const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[];
		const links = [...document.querySelectorAll('[href], [src], [action], [formaction]')];
		return {
			text: [document.body.textContent, ...fields.map(({ value }) => value)].join('\n'),
			taken: Reflect.get(window, 'taken'),
			marks: document.querySelectorAll('[data-taken], base, iframe, object, form[action]').length,
			origin: location.origin,
			addresses: links.flatMap((link) =>
				['href', 'src', 'action', 'formaction'].flatMap((name) => link.getAttribute(name) ?? [])
			)
		};
	});
}

/** Watches a page for what an attack would do, and collects all it showed. */
class Visit {
	readonly #page: Page;
	readonly #seen: string[];

	constructor({ page }: Phone, seen: string[]) {
		this.#page = page;
		this.#seen = seen;
		page.on('dialog', (dialog) => {
			seen.push('');
			void dialog.dismiss();
			throw new Error(`a dialog was opened at ${page.url()}`);
		});
	}

	async open(address: string, ready: string | RegExp | null = null): Promise<void> {
		await this.#page.goto(address);
		await expect(this.#page.getByRole('heading').first()).toBeVisible();
		await this.read(ready);
	}

	/** Reads the page once it shows `ready`. */
	async read(ready: string | RegExp | null = null): Promise<void> {
		if (ready !== null) {
			const wanted = typeof ready === 'string' ? shown(ready) : ready;
			const text = async () => shown((await look(this.#page)).text);
			await (typeof wanted === 'string'
				? expect.poll(text).toContain(wanted)
				: expect.poll(text).toMatch(wanted));
		}
		const { text, taken, marks, origin, addresses } = await look(this.#page);
		const where = this.#page.url();
		expect(taken, where).toBeUndefined();
		expect(marks, where).toBe(0);
		expect(addresses.filter((one) => !/^(\/|#|webcal:|http:\/\/localhost)/.test(one))).toEqual([]);
		expect(new URL(where).origin).toBe(origin);
		this.#seen.push(shown(text));
	}
}

test('what members write is shown as they wrote it, and nothing of it ever runs', async ({
	phone,
	cercle,
	mails
}) => {
	const camille = await phone('Camille Roussel', { member: true });
	const karim = await phone('Karim Benali', { member: true });
	const seen: string[] = [];
	const [hers, his] = [new Visit(camille, seen), new Visit(karim, seen)];
	const owner = <T>(work: (sql: Sql) => Promise<T>) => asOwner(cercle.dataFolder, work);

	await test.step('no text that a member writes is left out', async () => {
		const bounded = await owner(
			(sql) => sql<{ field: string }[]>`
				select t.relname || '.' || a.attname as field
				from pg_constraint c
				join pg_class t on t.oid = c.conrelid and t.relnamespace = any (${[...SHARED]}::regnamespace[])
				join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
				where c.contype = 'c' and a.atttypid = 'text'::regtype
					and pg_get_constraintdef(c.oid) like '%private.fits(%'
			`
		);
		expect(bounded, noTable(SHARED)).not.toEqual([]);
		const fields = FIELDS.map(([table, column]) => `${table}.${column}`);
		const left = bounded.map(({ field }) => field).filter((field) => !fields.includes(field));
		expect(left.filter((field) => !/(time_zone|email|endpoint)$/.test(field))).toEqual([]);
	});

	let group = '';
	for (let round = 1; round <= ROUNDS; round++) {
		await test.step(`every page, attack ${round}`, async () => {
			group = await owner(attackAll);
			await hers.open('/group', group);
			for (const address of ['/today', '/goals', '/group/charter', '/group/invite', '/me']) {
				await hers.open(address);
			}
			await hers.open('/actions');
			await camille.page.getByRole('radio', { name: /Du groupe|Group/ }).check();
			await hers.read();
			for (const id of [SESSION, CLOSED]) await hers.open(`/session/${id}`);
			await hers.open(`/session/${SESSION}/plan`);
			await hers.open(`/challenge/${CHALLENGE}`, HOSTILE.at(-1)!);
			await hers.open(`/challenge/${CLOSED_CHALLENGE}`, HOSTILE.at(-1)!);
			await hers.open(`/room/${SESSION}`);
		});
	}

	await test.step('each action and each goal', async () => {
		const rows = await owner(
			(sql) => sql<{ address: string; title: string }[]>`
				select '/actions/' || id as address, title from actions
				where owner_id::text like '%1' and length(title) > 10
				union all select '/goals/' || id, title from goals
				where owner_id::text like '%1' and length(title) > 10
			`
		);
		expect(rows.length).toBeGreaterThan(4);
		for (const { address, title } of rows) await hers.open(address, title);
	});

	await test.step('the room, step by step, as facilitator, as member, and on its screen', async () => {
		const { page } = camille;
		await his.open(`/room/${SESSION}`);
		await hers.open(`/room/${SESSION}`);
		await page.getByRole('button', { name: /Commencer la séance|Start the session/ }).click();
		const next = page.getByRole('button', { name: /^(Passer à|Go to)/ }).first();
		const title = page.getByRole('heading', { level: 1 });
		for (let step = 0; step < 6; step++) {
			await expect(next).toBeVisible();
			const left = await title.innerText();
			await hers.read();
			await his.read();
			if (step === 3) await his.open(`/room/${SESSION}/screen`);
			await next.click();
			// After the last click there is no next step to be told of: the one that is shown has changed.
			await expect(title).not.toHaveText(left);
			await hers.read();
		}
		await his.open(`/room/${SESSION}`);
	});

	await test.step('the invitation', async () => {
		const eve = await phone('Eve');
		const token = randomBytes(32).toString('base64url');
		const hash = createHash('sha256').update(token).digest();
		await owner(async (sql) => {
			await sql`update memberships set left_at = now() where member_id::text like '%7'`;
			await sql`
				insert into invitations (group_id, email, token_hash, invited_by)
				select id, ${eve.email}, ${hash}, '00000000-0000-4000-8000-000000000001' from groups
			`;
		});
		await signIn(eve, mails);
		await new Visit(eve, seen).open(`/join#${token}`, group);
	});

	const all = seen.join('\n');
	for (const text of HOSTILE) expect(all, 'shown as it was written').toContain(shown(text));
});
