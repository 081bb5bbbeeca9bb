import { createContext } from 'svelte';
import { keepAwake } from '#lib/room/awake.ts';
import { Chime } from '#lib/room/chime.svelte.ts';

/** What this device does on its own while it is in a room. None of it outlives the visit. */
export class RoomControls {
	readonly chime = new Chime();
	/** Whether keys drive the room. */
	keys = $state(true);
	#awake = $state.raw(true);

	/** False when the screen may go dark by itself. */
	get awake(): boolean {
		return this.#awake;
	}

	/** Begins; returns the function that ends it. */
	enter(): () => void {
		const sleep = keepAwake((awake) => (this.#awake = awake));
		return () => {
			sleep();
			this.chime.close();
		};
	}
}

export const [useControls, provideControls] = createContext<RoomControls>();
