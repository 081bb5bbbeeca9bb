import type { SignalKind } from '#lib/domain/session/floor.ts';
import * as m from '#lib/paraglide/messages.js';

/** The silent signals as people say them. */
export const signalWords: Readonly<Record<SignalKind, () => string>> = {
	advice: m.floor_signal_advice,
	off_topic: m.floor_signal_off_topic,
	over_time: m.floor_signal_over_time,
	pause: m.floor_signal_pause
};
