// grammY as its documentation has it: a session in memory, the runner, a line in a file for what is finished.
"use strict";

const fs = require("node:fs");
const { Bot, session } = require("grammy");
const { run } = require("@grammyjs/runner");
const { QUESTIONS, keyboard, DONE, BASE, TOKEN, FOLDER } = require("./fifteen.js");

const kept = fs.openSync(`${FOLDER}/testimonies.jsonl`, "a");
const bot = new Bot(TOKEN, { client: { apiRoot: BASE } });
bot.use(session({ initial: () => ({ at: -1, answers: [] }) }));

bot.command("start", async (context) => {
  context.session = { at: 0, answers: [] };
  await context.reply(QUESTIONS[0][0], { reply_markup: keyboard(0) });
});

async function answered(context, answer) {
  const here = context.session;
  if (here.at < 0) {
    await context.reply("Send /start");
    return;
  }
  here.answers.push(answer);
  here.at += 1;
  if (here.at < QUESTIONS.length) {
    await context.reply(QUESTIONS[here.at][0], { reply_markup: keyboard(here.at) });
    return;
  }
  fs.writeSync(kept, `${JSON.stringify(here.answers)}\n`);
  fs.fdatasyncSync(kept);
  context.session = { at: -1, answers: [] };
  await context.reply(DONE);
}

bot.on("callback_query:data", async (context) => {
  await context.answerCallbackQuery();
  const [n, which] = context.callbackQuery.data.split(":").map(Number);
  await answered(context, QUESTIONS[n][1][which]);
});
bot.on("message:text", (context) => answered(context, context.message.text));
bot.catch((error) => console.error(error.message));
run(bot);
