import type { RoomRow } from '#lib/data/rooms.ts';
import { LiveRoom } from '#lib/room/live-room.svelte.ts';
import { type Scene, scene } from '#lib/room/scene.ts';
import { dayAndTime, time } from '#lib/ui/format.ts';
import { type Language } from '#lib/ui/civil.ts';
import { type App, nameOf } from '#app';
import type { RoomPage } from './room-context.ts';

/** Joins what the device keeps and what the live room says. */
export function openRoom(app: App, id: string, language: Language): RoomPage {
	const kept = app.view.room_states.find((row) => row.id === id);
	const session = app.view.sessions.find((row) => row.id === id);
	const room = new LiveRoom({
		backend: app.backend,
		session: id,
		me: app.me,
		kept: kept && session ? stateOf(kept, session.status) : null,
		sync: (scope) => app.device.sync(scope),
		rely: (on) => app.device.rely(on),
		groups: () => app.view.groups.length,
		uuid: app.uuid
	});
	const glance = $derived(scene(app.view, id, app.me, room.state, room.now));
	const zone = $derived(glance?.session.timeZone ?? 'Europe/Paris');

	return {
		room,
		get known() {
			return glance !== null;
		},
		get status() {
			return room.state?.status ?? glance?.session.status ?? 'planned';
		},
		get scene(): Scene {
			if (!glance) throw new Error('asked for the scene of a session this device does not know');
			return glance;
		},
		name: (member) => nameOf(app.view, member),
		clock: (moment) => time(moment, zone, language),
		when: (moment) => dayAndTime(moment, zone, language)
	};
}

function stateOf(row: App['view']['room_states'][number], status: RoomRow['status']): RoomRow {
	return {
		status,
		position: row.position,
		startedAt: row.startedAt,
		planned: row.plannedMs,
		added: row.addedMs,
		pausedAt: row.pausedAt,
		paused: row.pausedMs,
		facilitatorId: row.facilitatorId,
		minutes: row.minutes,
		version: row.version
	};
}
