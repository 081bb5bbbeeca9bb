/**
 * A draft as the device kept it, read by its shape; null when there is none that can be read (damaged,
 * or of another version of the app).
 */
export function parseKept<T>(shape: { parse(value: unknown): T }, text: string | null): T | null {
	if (text === null) return null;
	try {
		return shape.parse(JSON.parse(text));
	} catch {
		return null;
	}
}
