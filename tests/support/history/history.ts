import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Intent, setStatus } from '#lib/changes/intent.ts';
import {
	addAction,
	editAction,
	orderActions,
	removeAction,
	tellAction
} from '#lib/changes/intents/action.ts';
import { writeChallenge, writeNotes } from '#lib/changes/intents/challenge.ts';
import { addGoal, editGoal, removeGoal } from '#lib/changes/intents/goal.ts';
import { applied } from '#lib/changes/pending.ts';
import { answerOf } from '#lib/data/remote.ts';
import { type View, viewer, whole } from '#lib/data/view.ts';
import type { Operation } from '#lib/offline/outbox.ts';
import type { Row } from '#lib/offline/replica.ts';
import type { Step } from './steps.ts';
import { Network } from './network.ts';
import { Phone } from './phone.ts';
import type { World } from './world.ts';

type Writing = Extract<Step, { what: 'write' | 'clash' }>;

/** A text somebody typed, and the field it is for. */
interface Typed {
	readonly field: string;
	readonly text: string;
}

/** An operation that a member was told is kept. */
interface Acknowledged {
	readonly phone: Phone;
	readonly typed: readonly Typed[];
	/** Where it was in the queue: one more with every try. */
	readonly sequences: number[];
	/** The row it removes, if it does. */
	readonly removes: string | null;
	withdrawn: boolean;
}

export interface Outcome {
	operations: number;
	refused: number;
	conflicts: number;
	withdrawn: number;
	crashes: number;
	duplicates: number;
	losses: number;
	late: number;
	stalls: number;
}

/** Three phones of two members of one group, and everything that was typed on them. */
export class History {
	readonly #world: World;
	readonly #network: Network;
	readonly #phones: readonly Phone[];
	/** By the number an operation carries as its date. */
	readonly #kept = new Map<number, Acknowledged>();
	readonly #running: Promise<void>[] = [];
	#made = 0;

	constructor(world: World) {
		this.#world = world;
		this.#network = new Network(world);
		const [ada, bob] = world.members;
		this.#phones = [ada, ada, bob].map((member) => new Phone(member, this.#network));
	}

	async take(step: Step): Promise<void> {
		const phone = this.#phones[step.phone];
		assert(phone);
		switch (step.what) {
			case 'write':
				return this.#write(phone, step.tab, step);
			case 'clash': {
				const own = this.#phones.filter(({ member }) => member === this.#phones[0]?.member);
				this.#network.expect([]);
				this.#network.resume();
				for (const each of own) await each.sync(step.tab);
				for (const each of own) await this.#write(each, step.tab, step);
				return;
			}
			case 'sync': {
				this.#network.expect(step.fates);
				const done = phone.sync(step.tab, step.scope);
				this.#running.push(done);
				if (step.awaited) await Promise.race([done, this.#network.stalled]);
				return;
			}
			case 'crash':
				return phone.crash(step.tab, step.after);
			case 'clock':
				phone.clock += step.by;
				return;
			case 'arrive':
				this.#network.resume();
				return this.#network.settle();
			case 'withdraw':
			case 'retry':
				return this.#reconsider(phone, step.tab, step.what, step.pick);
		}
	}

	/** The network heals, everybody syncs: then nothing may be missing, double or different. */
	async end(): Promise<Outcome> {
		this.#network.expect([]);
		// Liveness: what was stalled comes to its end by itself.
		this.#network.resume();
		await Promise.all(this.#running);
		await this.#network.settle();
		for (const phone of this.#phones) phone.heal();
		await Promise.all(this.#phones.map((phone) => phone.sync(0)));
		await Promise.all(this.#phones.map((phone) => phone.sync(1)));
		const outcome = await this.#account();
		for (const phone of this.#phones) await this.#compare(phone);
		return outcome;
	}

	async #write(phone: Phone, tab: 0 | 1, step: Writing): Promise<void> {
		const number = ++this.#made;
		const text = `text ${number}`;
		const told = await phone
			.use(tab, async (account) => {
				const { tables, operations } = await account.read();
				const waiting = operations.filter(({ refusal }) => refusal === null);
				const made = this.#mean(viewer()(applied(tables, waiting)), phone.member, step, text);
				if (made === null) return null;
				const { typed, removes, ...operation } = made;
				const sequence = await account.add({ ...operation, madeAt: number });
				return { typed, removes, sequence };
			})
			// It crashed before the member was told that it is kept.
			.catch(() => null);
		if (told === null) return;
		const { typed, removes, sequence } = told;
		this.#kept.set(number, { phone, typed, removes, sequences: [sequence], withdrawn: false });
	}

	/** What a member can mean with what they see: something new when there is nothing to change. */
	#mean(
		view: View,
		me: string,
		{ act, pick }: Writing,
		text: string
	): (Intent & { typed: Typed[]; removes: string | null }) | null {
		const of = (id: string, field: string) => [{ field: `${id} ${field}`, text }];
		const does = (intent: Intent, typed: Typed[] = [], removes: string | null = null) => {
			return { ...intent, typed, removes };
		};
		const own = view.actions.filter(({ ownerId }) => ownerId === me);
		const action = own[pick % Math.max(1, own.length)];
		const goals = view.goals.filter(({ ownerId }) => ownerId === me);
		const goal = goals[pick % Math.max(1, goals.length)];
		const challenge = view.challenges.find(({ id }) => id === this.#world.challenge);
		const notes = view.challenge_notes.find(({ id }) => id === this.#world.challenge);
		const id = randomUUID();
		const { group } = this.#world;
		const lacking = act.endsWith('goal') ? !goal : !action || (act === 'reorder' && !own[1]);
		const fresh = act.endsWith('goal') ? 'add goal' : 'add action';
		switch (act.startsWith('write') || !lacking ? act : fresh) {
			case 'add action': {
				const more = { dueOn: '2030-01-08', bornIn: null, goal: goal?.id ?? null };
				const intent = addAction({ id, group, owner: me, title: text, ...more });
				return does(intent, of(id, 'title'));
			}
			case 'edit action':
				if (!action) return null;
				return does(editAction(action, { title: text }), of(action.id, 'title'));
			case 'tick':
				if (!action) return null;
				return does(setStatus(action, pick % 2 ? 'done' : 'open'));
			case 'tell':
				if (!action) return null;
				return does(tellAction(action, 'partly', text), of(action.id, 'line'));
			case 'reorder':
				if (own.length < 2) return null;
				return does(orderActions(own.map((each) => each.id).toReversed()));
			case 'remove action':
				return action ? does(removeAction(action), [], action.id) : null;
			case 'add goal': {
				const when = { year: 2030, quarter: null, stage: null, shared: pick % 2 === 0 };
				const words = { title: text, measure: '', means: '', reason: '' };
				return does(addGoal(id, group, me, { ...when, ...words }), of(id, 'title'));
			}
			case 'edit goal':
				if (!goal) return null;
				return does(editGoal(goal, { title: text }), of(goal.id, 'title'));
			case 'remove goal':
				return goal ? does(removeGoal(goal), [], goal.id) : null;
			case 'write challenge': {
				if (!challenge) return null;
				const field = pick % 2 ? 'question' : 'context';
				const seen = { [field]: challenge[field] };
				const intent = writeChallenge(challenge.id, { [field]: text }, seen);
				return does(intent, of(challenge.id, field));
			}
			case 'write notes': {
				if (!notes) return null;
				const field = pick % 2 ? 'body' : 'takeaways';
				return does(writeNotes(notes, { [field]: text }), of(notes.id, field));
			}
		}
	}

	/** Takes a change back, or sends a refused one again. */
	async #reconsider(phone: Phone, tab: 0 | 1, what: 'withdraw' | 'retry', pick: number) {
		await phone
			.use(tab, async (account) => {
				const { operations } = await account.queue();
				const among = operations.filter(({ refusal }) => what === 'withdraw' || refusal !== null);
				const chosen = among[pick % Math.max(1, among.length)];
				const kept = chosen && this.#kept.get(chosen.madeAt);
				if (!kept) return;
				if (what === 'withdraw') {
					await account.withdraw(chosen.sequence);
					kept.withdrawn = true;
				} else {
					const sequence = await account.retry(chosen.sequence);
					if (sequence !== null) kept.sequences.push(sequence);
				}
			})
			.catch(() => undefined);
	}

	/** Every operation once: applied, or refused and there to see, or taken back by its member. */
	async #account(): Promise<Outcome> {
		const names = new Map<Phone, string>();
		const queues = new Map<Phone, readonly Operation[]>();
		for (const phone of this.#phones) {
			names.set(phone, await phone.use(0, (account) => account.client(randomUUID)));
			queues.set(phone, (await phone.use(0, (account) => account.queue())).operations);
		}
		const answers = new Map<string, string | null>();
		for (const member of this.#world.members) {
			for (const { client, sequence, code } of await this.#world.answered(member)) {
				answers.set(`${client} ${sequence}`, code);
			}
		}
		const writers = new Map<string, string[]>();
		const removed = new Set<string>();
		const known = new Set<string>();
		let refused = 0;
		let conflicts = 0;
		for (const [number, kept] of this.#kept) {
			const keys = kept.sequences.map((sequence) => `${names.get(kept.phone)} ${sequence}`);
			for (const key of keys) known.add(key);
			const times = keys.filter((key) => answers.get(key) === null).length;
			assert(times <= 1, `operation ${number} was applied ${times} times`);
			const queued = (queues.get(kept.phone) ?? []).filter(({ madeAt }) => madeAt === number);
			if (queued.some(({ refusal }) => refusal?.code === 'CR010')) conflicts += 1;
			refused += queued.length;
			if (times === 1) {
				assert.deepEqual(queued, [], `operation ${number} was applied and is still there`);
				for (const { field, text } of kept.typed) {
					writers.set(field, [...(writers.get(field) ?? []), text]);
				}
				if (kept.removes) removed.add(kept.removes);
			} else if (!kept.withdrawn) {
				assert.equal(queued.length, 1, `operation ${number} is gone without a word`);
				assert.notEqual(queued[0]?.refusal, null, `operation ${number} was never answered`);
				for (const { text } of kept.typed) {
					assert(JSON.stringify(queued[0]?.args).includes(text), `its words are gone: ${text}`);
				}
			}
		}
		for (const key of answers.keys()) assert(known.has(key), 'the server knows what nobody kept');
		await this.#find(writers, removed);
		const withdrawn = [...this.#kept.values()].filter((kept) => kept.withdrawn).length;
		const crashes = this.#phones.reduce((sum, phone) => sum + phone.crashes, 0);
		return {
			...{ operations: this.#kept.size, refused, conflicts, withdrawn, crashes },
			...this.#network.tally
		};
	}

	/** Each field holds the words of one of those who wrote it, unless its row was taken back. */
	async #find(writers: ReadonlyMap<string, string[]>, removed: ReadonlySet<string>) {
		const held = new Map<string, unknown>();
		for (const member of this.#world.members) {
			for (const row of Object.values(await this.#served(member)).flat()) {
				for (const [column, value] of Object.entries(row)) held.set(`${row.id} ${column}`, value);
			}
		}
		for (const [field, texts] of writers) {
			if (removed.has(field.slice(0, 36))) continue;
			// A tick takes the line with it, as a later word does.
			if (field.endsWith(' line') && held.get(field) === '') continue;
			const shown = held.get(field);
			// The notes have the id of their challenge, in a table of their own.
			assert(
				texts.includes(String(shown)),
				`${field} holds ${String(shown)}, typed: ${texts.join()}`
			);
		}
	}

	/** What a phone shows is what the server shows its member. */
	async #compare(phone: Phone): Promise<void> {
		const served = await this.#served(phone.member);
		for (const tab of [0, 1] as const) {
			const { tables } = await phone.use(tab, (account) => account.read());
			assert.deepEqual(sorted(tables), sorted(served));
			assert(whole(tables, viewer()(tables)), 'rows that the app cannot read');
		}
	}

	async #served(member: string): Promise<Record<string, Row[]>> {
		const everything = { all: true, tables: {} };
		const { tables } = answerOf(await this.#world.call(member, 'pull', [everything]));
		return Object.fromEntries(
			Object.entries(tables).map(([name, { rows }]) => [name, rows.map(([, row]) => row)])
		);
	}
}

function sorted(tables: Readonly<Record<string, readonly { id: string }[]>>) {
	return Object.fromEntries(
		Object.entries(tables)
			.filter(([, rows]) => rows.length > 0)
			.toSorted(([one], [other]) => one.localeCompare(other))
			.map(([name, rows]) => [name, rows.toSorted((a, b) => a.id.localeCompare(b.id))])
	);
}
