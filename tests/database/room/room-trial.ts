import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Sql } from 'postgres';
import { expect } from 'vitest';
import type { Person } from '../../support/server.ts';
import {
	close,
	code,
	command,
	type Group,
	type Plan,
	planFor,
	planSession,
	type Room,
	segment
} from '../people.ts';
import { type Args, type LoggedRoom, stored } from './room-log.ts';
import {
	deliver,
	holderIsAway,
	look,
	planned,
	replay,
	type Request,
	type World
} from './room-model.ts';

const steps = [
	{ minutes: 5, least: 3 },
	{ minutes: 25, least: 10 },
	{ minutes: 40, least: 10 },
	{ minutes: 1, least: 1 }
];

export interface Cast {
	owner: Sql;
	group: Group;
	/** The first one is the facilitator of the plan. */
	members: Person[];
	/** Whose phone each is; somebody may have two, somebody may be from outside. */
	devices: Person[];
}

/** A command to be made of what a device knows. */
export interface Press {
	name: string;
	args?: Args;
	/** The device of the heir, for handing over. */
	heir?: number;
	/** Minutes of the last segments, for replanning; null: as they are. */
	tail?: (number | null)[];
}

/** Which devices learn of a new state; `others`: the answer is lost. */
export type Reach = 'all' | 'sender' | 'others' | 'none';

/** By which device; null: one of the facilitator. */
export interface Pressed {
	device: number | null;
	press: Press;
}

export type Act =
	| { kind: 'press'; pressed: Pressed; reach: Reach }
	/** It stays on its way: it arrives later, after others, or never. */
	| { kind: 'hold'; pressed: Pressed }
	/** Something sent before arrives: for the first time, or once more. */
	| { kind: 'again'; which: number }
	/** Two at the same moment; without another, the same twice. */
	| { kind: 'race'; one: Pressed; other: Pressed | null }
	| { kind: 'look'; device: number }
	| { kind: 'wait'; seconds: number };

/** A request and how it travels. */
type Sent = Request & { from: number; next: Plan };

/** A session in SQL beside its model, with phones that know more or less of it. */
export class Trial {
	readonly #cast: Cast;
	readonly #id: string;
	#world: World;
	/** What each device last heard. */
	readonly #knows: number[];
	/** All that was ever sent: delivered again, or later, whenever. */
	readonly #sent: Sent[] = [];
	/** Seconds by which the anchors of this session were moved into the past. */
	#passed = 0;

	static async open(cast: Cast): Promise<Trial> {
		const segments = steps.map(({ minutes, least }) => segment('topic', minutes, { least }));
		const [facilitator] = cast.members;
		const id = await planSession(facilitator!, planFor(cast.group, { segments }));
		return new Trial(cast, id);
	}

	constructor(cast: Cast, id: string) {
		this.#cast = cast;
		this.#id = id;
		this.#knows = cast.devices.map(() => 1);
		this.#world = planned(
			{
				members: cast.members.map((member) => member.id),
				planned: steps.map(({ minutes }) => minutes),
				least: steps.map(({ least }) => least),
				length: 120
			},
			cast.members[0]!.id
		);
	}

	async run(act: Act): Promise<void> {
		switch (act.kind) {
			case 'press': {
				const request = this.#request(act.pressed);
				await this.#arrive(request);
				this.#hear(request.from, act.reach);
				break;
			}
			case 'hold':
				this.#request(act.pressed);
				break;
			case 'again': {
				const request = this.#sent[act.which % this.#sent.length];
				if (request) await this.#arrive(request);
				break;
			}
			case 'race': {
				const request = this.#request(act.one);
				await this.#arrive(request, act.other ? this.#request(act.other) : request);
				this.#hear(request.from, 'all');
				break;
			}
			case 'look':
				await this.#look(act.device);
				break;
			case 'wait':
				await this.#wait(act.seconds);
		}
	}

	/** The log alone gives the room that is there. */
	async end(): Promise<void> {
		const { state, log, spent } = await this.#stored();
		const first = planned(this.#world, this.#cast.members[0]!.id);
		expect(plain(replay(first, log))).toEqual(plain({ room: state, spent }));
	}

	/** The request this device makes of what it knows. */
	#request({ device, press }: Pressed): Sent {
		const { name, heir = 0, tail = [], args } = press;
		const { devices, group } = this.#cast;
		const drives = devices.findIndex(({ id }) => id === this.#world.room.facilitator_id);
		const from = device ?? drives;
		const minutes = this.#world.room.minutes ?? this.#world.planned;
		const kept = minutes.slice(0, Math.max(0, minutes.length - tail.length));
		const later = tail.map((given, turn) => given ?? minutes[kept.length + turn] ?? 1);
		const sent = {
			...{ id: randomUUID(), from, by: devices[from]!.id, command: name },
			args: {
				...args,
				...(name === 'plan' && { minutes: [...kept, ...later] }),
				...(name === 'hand_over' && { member_id: devices[heir]!.id })
			},
			version: this.#knows[from]!,
			next: planFor(group, { starts_at: '2031-01-08T18:30:00Z' })
		};
		this.#sent.push(sent);
		return sent;
	}

	/** Delivers requests at the same moment: what SQL answers is what one of their orders gives. */
	async #arrive(...requests: Sent[]): Promise<void> {
		const answers = await Promise.all(requests.map((request) => this.#send(request)));
		const now = await this.#now();
		const found = await this.#stored();
		const done = new Map(found.log.map(({ id, at }) => [id, at]));
		const orders = requests.length > 1 ? [requests, requests.toReversed()] : [requests];
		const outcomes = orders.map((order) => {
			let world = this.#world;
			const codes = new Map<Sent, string | null>();
			for (const request of order) {
				const result = deliver(world, request, done.get(request.id) ?? now);
				codes.set(request, codes.get(request) ?? result.code);
				({ world } = result);
			}
			return {
				world,
				seen: {
					codes: requests.map((sent) => codes.get(sent)),
					log: world.done.size,
					...plain(world)
				}
			};
		});
		const { state: room, spent, log } = found;
		const seen = { codes: answers.map(code), log: log.length, ...plain({ room, spent }) };
		const same = outcomes.find((outcome) => isDeepStrictEqual(outcome.seen, seen));
		if (!same) {
			expect(seen).toEqual(outcomes[0]!.seen);
			throw new Error('neither order gives this');
		}
		this.#world = same.world;
		const [answer] = answers;
		if (answer && !answer.error && !answers[1]) {
			expect(this.#answered(answer.data as Room)).toEqual(found.state);
		}
	}

	#hear(from: number, who: Reach): void {
		this.#knows.forEach((_, index) => {
			const sender = index === from;
			if (who === 'all' || (who === 'sender' && sender) || (who === 'others' && !sender)) {
				this.#knows[index] = this.#world.room.version;
			}
		});
	}

	async #look(index: number): Promise<void> {
		const { id, client } = this.#cast.devices[index]!;
		const before = await this.#now();
		const answer = await client.rpc('room_snapshot', { session_id: this.#id });
		expect(code(answer)).toBe(this.#world.members.includes(id) ? null : 'CR001');
		if (answer.error) return;
		const { state, holder_away } = answer.data as { state: Room; holder_away: boolean };
		expect(this.#answered(state)).toEqual(this.#world.room);
		this.#world = look(this.#world, id, before);
		expect(holder_away).toBe(holderIsAway(this.#world, before));
		this.#knows[index] = state.version;
	}

	/** Lets time pass for this session alone: all that it remembers becomes older. */
	async #wait(seconds: number): Promise<void> {
		this.#passed += seconds;
		await this.#cast.owner.begin(async (sql) => {
			const past = sql`make_interval(secs => ${seconds})`;
			// The log refuses changes: its triggers are off for that time.
			await sql`set local session_replication_role = 'replica'`;
			await sql`update room_states set started_at = started_at - ${past}, paused_at = paused_at - ${past}
				where session_id = ${this.#id}`;
			await sql`update room_commands set at = at - ${past}, before = before || jsonb_build_object(
				'started_at', (before ->> 'started_at')::timestamptz - ${past},
				'paused_at', (before ->> 'paused_at')::timestamptz - ${past}
			) where session_id = ${this.#id}`;
			await sql`update attendances set seen_at = seen_at - ${past} where session_id = ${this.#id}`;
			await sql`update sessions set started_at = started_at - ${past} where id = ${this.#id}`;
			await sql`update memberships set joined_at = joined_at - ${past}
				where group_id = ${this.#cast.group.id}`;
		});
	}

	#send({ command: name, from, id, args, version, next }: Sent) {
		const by = this.#cast.devices[from]!;
		return name === 'close'
			? close(by, this.#id, version, next, id)
			: command(by, this.#id, name, version, { ...args }, id);
	}

	async #now(): Promise<number> {
		const [row] = await this.#cast.owner`
			select (extract(epoch from private.room_time()) * 1000000)::float8 as now
		`;
		return (row?.now as number) + this.#passed * 1_000_000;
	}

	/** What the database keeps, with its times as if nothing had been moved. */
	async #stored() {
		const { state, log, spent } = await stored(this.#cast.owner, this.#id);
		return {
			...{ state: this.#shifted(state), spent },
			log: log.map((line) => ({ ...line, at: line.at + this.#passed * 1_000_000 }))
		};
	}

	#answered({ session_id, floor, ...room }: Room): LoggedRoom {
		const micros = (ms: number | null) => (ms === null ? null : Math.round(ms * 1000));
		const { started_at, paused_at } = room;
		expect([session_id, floor.thumbs]).toEqual([this.#id, { up: 0, down: 0 }]);
		return this.#shifted({
			...(room as unknown as LoggedRoom),
			...{ started_at: micros(started_at), paused_at: micros(paused_at) }
		});
	}

	#shifted(room: LoggedRoom): LoggedRoom {
		const shift = (at: number | null) => (at === null ? null : at + this.#passed * 1_000_000);
		return { ...room, started_at: shift(room.started_at), paused_at: shift(room.paused_at) };
	}
}

/** What is compared of a room: nothing that the model does not know. */
function plain({ room, spent }: Pick<World, 'room' | 'spent'>) {
	return { room, spent: [...spent].sort(([one], [other]) => one - other) };
}
