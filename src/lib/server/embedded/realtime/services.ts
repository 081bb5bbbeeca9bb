import type { Authorizer } from './authorize.ts';
import type { Clock } from './clock.ts';
import type { Messages } from './messages.ts';
import type { Tokens } from './token.ts';
import type { Topics } from './topic.ts';

/** What every channel of a gateway shares. */
export interface Services {
	topics: Topics;
	authorizer: Authorizer;
	tokens: Tokens;
	messages: Messages;
	clock: Clock;
	privateOnly: boolean;
	log: (event: string, fields?: Record<string, string | number | boolean>) => void;
}
