import type { Authorizer } from './authorize.ts';
import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { Rooms } from './room.ts';
import type { Tokens } from './token.ts';

/** What every channel of a gateway shares. */
export interface Services {
	rooms: Rooms;
	authorizer: Authorizer;
	tokens: Tokens;
	messages: Messages;
	clock: Clock;
	privateOnly: boolean;
	log: (event: string, fields?: Record<string, string | number | boolean>) => void;
}
