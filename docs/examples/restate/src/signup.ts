import * as restate from '@restatedev/restate-sdk';

interface Signup {
  email: string;
  name: string;
}

/** A workflow: runs once for each key, waits for a click in a mail, and gives up after a day. */
export const signup = restate.workflow({
  name: 'signup',
  handlers: {
    run: async (ctx: restate.WorkflowContext, { email, name }: Signup): Promise<string> => {
      const userId = ctx.rand.uuidv4();
      await ctx.run('create user', () => createUser(userId, name));
      const secret = ctx.rand.uuidv4();
      ctx.set('secret', secret);
      await ctx.run('send mail', () => sendMail(email, `confirm with ${secret}`));
      try {
        await ctx.promise<string>('clicked').get().orTimeout({ hours: 24 });
      } catch (error) {
        if (!(error instanceof restate.TimeoutError)) throw error;
        await ctx.run('remove user', () => removeUser(userId));
        throw new restate.TerminalError('not confirmed in time');
      }
      return userId;
    },

    click: async (ctx: restate.WorkflowSharedContext, secret: string): Promise<void> => {
      if (secret !== (await ctx.get<string>('secret'))) throw new restate.TerminalError('wrong secret');
      await ctx.promise<string>('clicked').resolve(secret);
    },
  },
});

// What a step calls may do anything: its result is recorded.

async function createUser(userId: string, name: string): Promise<void> {
  console.log(`${new Date().toISOString()} created ${userId} for ${name}`);
}

async function removeUser(userId: string): Promise<void> {
  console.log(`${new Date().toISOString()} removed ${userId}`);
}

async function sendMail(email: string, text: string): Promise<void> {
  await fetch('https://mail.example.com/send', { method: 'POST', body: JSON.stringify({ email, text }) });
}
