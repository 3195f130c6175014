import { Hono } from 'hono';
import { authenticate } from '../authenticate.ts';
import type { CalCom } from '../../cal-com.ts';
import { success } from '../envelope.ts';
import { badRequest } from '../exceptions.ts';
import type { User } from '../../state/records.ts';

/** From the table of scopes at cal.com/docs/api-reference/v2/oauth, as of 2026. */
const APPS = { scopes: ['APPS_READ'] };
const CALENDARS = ['office365', 'google', 'apple'];

function connectedCalendars({ id, email, name }: User): object {
  const calendar = { externalId: email, integration: 'google_calendar', name, primary: true };
  return {
    connectedCalendars: [
      {
        credentialId: id,
        delegationCredentialId: null,
        integration: {
          slug: 'google-calendar',
          name: 'Google Calendar',
          type: 'google_calendar',
          title: 'Google Calendar',
          variant: 'calendar',
          categories: ['calendar'],
          logo: '/app-store/googlecalendar/icon.svg',
          publisher: 'Cal.com',
          url: 'https://cal.com/',
          email: 'help@cal.com',
          description: 'A sample calendar.',
        },
        primary: { ...calendar, email, readOnly: false, isSelected: true, credentialId: id },
        calendars: [{ ...calendar, readOnly: false, isSelected: true, credentialId: id }],
      },
    ],
    destinationCalendar: {
      id,
      integration: 'google_calendar',
      externalId: email,
      name,
      email,
      primaryEmail: email,
      credentialId: id,
      integrationTitle: 'Google Calendar',
      primary: true,
      readOnly: false,
    },
  };
}

/** `/v2/calendars`: every user has one connected sample calendar. */
export function calendarRoutes(cal: CalCom): Hono {
  const app = new Hono({ strict: false });

  app.get('/', (c) => success(connectedCalendars(authenticate(cal, c.req.raw.headers, APPS).user)));

  app.get('/:calendar/check', (c) => {
    authenticate(cal, c.req.raw.headers, APPS);
    if (!CALENDARS.includes(c.req.param('calendar'))) {
      throw badRequest(`Invalid calendar type, available calendars are: ${CALENDARS.join(', ')}`);
    }
    return success();
  });

  return app;
}
