import { createContext } from 'svelte';
import type { RoomRow } from '#lib/data/rooms.ts';
import type { LiveRoom } from '#lib/room/live-room.svelte.ts';
import type { Scene } from '#lib/room/scene.ts';

/** What the room's page and its screen draw from. The scene changes with every second. */
export interface RoomPage {
	/** False when this device knows no such session. */
	readonly known: boolean;
	readonly room: LiveRoom;
	readonly status: RoomRow['status'];
	/** @throws while the session is not known. */
	readonly scene: Scene;
	/** The name of a member, as their group knows it. */
	name(member: string | null): string;
	/** A moment as the time of day at the session's place. */
	clock(moment: number): string;
	/** A moment as day and time at the session's place. */
	when(moment: number): string;
}

export const [useRoom, provideRoom] = createContext<RoomPage>();
