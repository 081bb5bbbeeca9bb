/** What every page of the app loads, and no page of anybody else. */
const MARK = '/_app/';

/**
 * Keeps files of the app only. A proxy or the sign-in page of a hotel may answer in the server's
 * place, with 200 and HTML: kept under the name of a script or of the shell, it would break the app
 * for as long as that name lasts.
 */
export const genuine = {
	async cacheWillUpdate({ request, response }: { request: Request; response: Response }) {
		return (await isGenuine(new URL(request.url).pathname, response)) ? response : null;
	}
};

/** Whether this answer is the file of the app at `path`, as far as one can see. */
export async function isGenuine(path: string, response: Response): Promise<boolean> {
	if (!response.ok) return false;
	if (!response.headers.get('content-type')?.includes('text/html')) return true;
	const isPage = !/\.\w+$/.test(path);
	return isPage && (await response.clone().text()).includes(MARK);
}
