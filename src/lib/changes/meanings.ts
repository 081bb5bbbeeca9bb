import * as actions from './intents/action.ts';
import * as challenges from './intents/challenge.ts';
import * as goals from './intents/goal.ts';
import * as profiles from './intents/profile.ts';
import * as rooms from './intents/room.ts';
import { isKind, type Kind } from './kinds.ts';
import type { Meaning } from './meaning.ts';

const meanings: Readonly<Record<Kind, Meaning>> = {
	...actions.meanings,
	...goals.meanings,
	...challenges.meanings,
	...rooms.meanings,
	...profiles.meanings
};

/** What a kind of change means; null: it is of a later version of the app, or damaged. */
export function meaningOf(kind: string): Meaning | null {
	return isKind(kind) ? meanings[kind] : null;
}
