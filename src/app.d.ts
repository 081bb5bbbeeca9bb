declare global {
	namespace App {
		interface Error {
			/** A stable code the interface translates; never a text from the server. */
			code?: string;
		}
	}
}

export {};
