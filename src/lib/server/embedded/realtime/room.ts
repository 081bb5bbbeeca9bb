import { encode, encodeBroadcast } from './frame.ts';
import type { Broadcast, Meta, Version } from './frame.ts';
import { Presence } from './presence.ts';
import type { PresenceDiff, PresenceState } from './presence.ts';
import type { Extension } from './authorize.ts';

/** One thing for all members of a room, written once for each version of the wire. */
export class Delivery {
	readonly extension: Extension;
	/** Id in `realtime.messages`; null when it never was there. */
	readonly id: string | null;
	readonly #write: (version: Version) => string | Uint8Array | null;
	readonly #written = new Map<Version, string | Uint8Array | null>();

	constructor(
		extension: Extension,
		id: string | null,
		write: (version: Version) => string | Uint8Array | null
	) {
		this.extension = extension;
		this.id = id;
		this.#write = write;
	}

	/** The frame, or null when this version cannot carry it. */
	frame(version: Version): string | Uint8Array | null {
		let frame = this.#written.get(version);
		if (frame === undefined) {
			frame = this.#write(version);
			this.#written.set(version, frame);
		}
		return frame;
	}
}

/** A broadcast on its way to the members of a topic. */
export function broadcastDelivery(topic: string, broadcast: Broadcast, meta: Meta | null) {
	return new Delivery('broadcast', meta?.id ?? null, (version) =>
		encodeBroadcast(version, topic, broadcast, meta)
	);
}

/** Whoever is in a room; what it may hear it decides itself. */
export interface Member {
	hear(delivery: Delivery): void;
}

/** The members of one topic and who of them is present. */
export class Room {
	/** As on the wire: `realtime:<sub topic>`. */
	readonly topic: string;
	readonly members = new Set<Member>();
	readonly #presence = new Presence();

	constructor(topic: string) {
		this.topic = topic;
	}

	/** Tells every member but `except`. */
	broadcast(broadcast: Broadcast, meta: Meta | null, except: Member | null = null): void {
		this.#tell(broadcastDelivery(this.topic, broadcast, meta), except);
	}

	/** Who is present now. */
	present(): PresenceState {
		return this.#presence.state();
	}

	/** Shows the member as present, or what changed about it. */
	track(member: Member, key: string, payload: Record<string, unknown>): void {
		this.#tellDiff(this.#presence.track(member, key, payload));
	}

	/** Shows the member as gone. */
	untrack(member: Member): void {
		this.#tellDiff(this.#presence.untrack(member));
	}

	#tellDiff(diff: PresenceDiff | null): void {
		if (!diff) return;
		const message = {
			joinRef: null,
			ref: null,
			topic: this.topic,
			event: 'presence_diff',
			payload: diff
		};
		this.#tell(new Delivery('presence', null, (version) => encode(version, message)), null);
	}

	#tell(delivery: Delivery, except: Member | null): void {
		for (const member of this.members) if (member !== except) member.hear(delivery);
	}
}

/** All rooms with somebody in them. Public and private topics of one name are separate rooms. */
export class Rooms {
	readonly #rooms = new Map<string, Room>();

	/** Whether nobody is in any room. */
	get isEmpty(): boolean {
		return this.#rooms.size === 0;
	}

	/** The room of a sub topic, if anybody is there. */
	find(subTopic: string, isPrivate: boolean): Room | undefined {
		return this.#rooms.get(address(subTopic, isPrivate));
	}

	/** Puts the member into the room, which opens for the first one. */
	enter(subTopic: string, isPrivate: boolean, member: Member): Room {
		const room = this.find(subTopic, isPrivate) ?? new Room(`realtime:${subTopic}`);
		this.#rooms.set(address(subTopic, isPrivate), room);
		room.members.add(member);
		return room;
	}

	/** Takes the member out; the room closes behind the last one. */
	leave(subTopic: string, isPrivate: boolean, member: Member): void {
		const room = this.find(subTopic, isPrivate);
		if (!room?.members.delete(member)) return;
		room.untrack(member);
		if (room.members.size === 0) this.#rooms.delete(address(subTopic, isPrivate));
	}
}

function address(subTopic: string, isPrivate: boolean): string {
	return `${isPrivate ? 'private' : 'public'}:${subTopic}`;
}
