import { encode, encodeBroadcast } from './frame.ts';
import type { Broadcast, Meta, Version } from './frame.ts';
import { Presence } from './presence.ts';
import type { PresenceDiff, PresenceState } from './presence.ts';
import type { Extension } from './authorize.ts';

/** A message for all members of a topic, encoded once for each version of the protocol. */
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

/** A member of a topic; it decides itself what it may hear. */
export interface Member {
	hear(delivery: Delivery): void;
}

/** The members of one topic, and those of them who are present. */
export class Topic {
	/** As on the wire: `realtime:<sub topic>`. */
	readonly name: string;
	readonly members = new Set<Member>();
	readonly #presence = new Presence();

	constructor(name: string) {
		this.name = name;
	}

	/** Tells every member but `except`. */
	broadcast(broadcast: Broadcast, meta: Meta | null, except: Member | null = null): void {
		this.#tell(broadcastDelivery(this.name, broadcast, meta), except);
	}

	/** The members who are present now. */
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
			topic: this.name,
			event: 'presence_diff',
			payload: diff
		};
		this.#tell(new Delivery('presence', null, (version) => encode(version, message)), null);
	}

	#tell(delivery: Delivery, except: Member | null): void {
		for (const member of this.members) if (member !== except) member.hear(delivery);
	}
}

/** All topics that have members. A public and a private topic of one name are separate. */
export class Topics {
	readonly #topics = new Map<string, Topic>();

	/** Whether no topic has a member. */
	get isEmpty(): boolean {
		return this.#topics.size === 0;
	}

	/** The topic of this sub topic; undefined while it has no member. */
	find(subTopic: string, isPrivate: boolean): Topic | undefined {
		return this.#topics.get(address(subTopic, isPrivate));
	}

	/** Adds the member; the first one opens the topic. */
	enter(subTopic: string, isPrivate: boolean, member: Member): Topic {
		const topic = this.find(subTopic, isPrivate) ?? new Topic(`realtime:${subTopic}`);
		this.#topics.set(address(subTopic, isPrivate), topic);
		topic.members.add(member);
		return topic;
	}

	/** Removes the member; the last one closes the topic. */
	leave(subTopic: string, isPrivate: boolean, member: Member): void {
		const topic = this.find(subTopic, isPrivate);
		if (!topic?.members.delete(member)) return;
		topic.untrack(member);
		if (topic.members.size === 0) this.#topics.delete(address(subTopic, isPrivate));
	}
}

function address(subTopic: string, isPrivate: boolean): string {
	return `${isPrivate ? 'private' : 'public'}:${subTopic}`;
}
