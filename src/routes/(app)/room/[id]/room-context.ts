import { createContext } from 'svelte';
import type { LiveRoom } from '#lib/room/live-room.svelte.ts';
import type { Scene } from '#lib/room/scene.ts';

/** What every part of the room's page draws from. The scene changes with every second. */
export interface RoomPage {
	readonly room: LiveRoom;
	readonly scene: Scene;
	/** The name of a member, as their group knows it. */
	name(member: string | null): string;
	/** A moment as the time of day at the session's place. */
	clock(moment: number): string;
}

export const [useRoom, provideRoom] = createContext<RoomPage>();
