import type { IncomingMessage } from 'node:http';
import type { Cercle } from '#lib/server/platform.ts';

declare module 'http' {
	interface IncomingMessage {
		/** Set by the process on every request it hands to the pages. */
		cercle?: Cercle;
		/** The network address of the caller. */
		caller?: string;
	}
}

declare global {
	namespace App {
		interface Error {
			/** A stable code the interface translates; never a text from the server. */
			code?: string;
		}

		interface Platform {
			req: IncomingMessage;
		}
	}
}

export {};
