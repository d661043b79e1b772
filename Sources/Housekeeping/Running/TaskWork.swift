import MailCore
import MailStore
import StateStore

/// One task's steps, one after the other.
extension TaskRunner {
    func work(_ id: Int64) async {
        defer { tasks[id]?.isWorking = false }
        if tasks[id]?.record.state == .cancelling { return await takeBack(id) }
        guard let next = tasks[id]?.record.state.after(.begin) else { return }
        tasks[id]?.record.state = next
        if tasks[id]?.record.started == nil { tasks[id]?.record.started = clock.seconds }
        tasks[id]?.record.due = nil
        tasks[id]?.record.trouble = nil
        await keep(id, logging: "begins")
        while let task = tasks[id], !stops {
            switch task.record.state {
            case .running, .pausing: if await !step(id, task) { return }
            case .cancelling: return await takeBack(id)
            default: return
            }
        }
        await letGo(id)
    }

    /// Lets the task let go of what it holds. A drive that hangs may keep it from that: then it is left behind like a step.
    private func letGo(_ id: Int64) async {
        guard let task = tasks[id] else { return }
        let outcome = await StepRace.run(
            task.plan.stepLimit, clock, whenLate: { Task { await self.cameBack(id) } },
            { [work = task.task] in
                await work.letGo()
                return .goOn
            })
        if case .failure = outcome { hangs(id, task.plan) }
    }

    /// Does one step and rests; answers whether there may be another.
    private func step(_ id: Int64, _ task: RunningTask) async -> Bool {
        task.context.budget = task.pace.budget
        task.context.hasLimit = task.pace.limit != nil
        let before = (bytes: task.context.progress.bytesDone, mail: services.store.load.taken, time: clock.now())
        let outcome = await StepRace.run(
            task.plan.stepLimit, clock,
            whenLate: { [work = task.task] in
                Task {
                    await work.letGo()
                    await self.cameBack(id)
                }
            },
            { [work = task.task, context = task.context] in try await work.step(in: context) })
        let took = clock.now() - before.time
        switch outcome {
        case .success(.goOn): break
        case .success(.done(let sentence)):
            if tasks[id]?.record.state == .cancelling {
                await takeBack(id)
            } else {
                await letGo(id)
                await end(id, .done, sentence)
            }
            return false
        case .failure(is StepRace.TookTooLong):
            // It holds what it holds until it is back; nothing that it excludes begins before.
            hangs(id, task.plan)
            await end(id, .failed, "One step took longer than \(task.plan.stepLimit.text); look at the drive, then resume it.")
            return false
        case .failure(let error):
            await failed(id, TaskFailure(error))
            return false
        }
        tasks[id]?.record.tries = 0
        await keepNowAndThen(id)
        // Who is told that it has paused finds on the drive what it keeps. It may have been told to go on meanwhile.
        if tasks[id]?.record.state == .pausing { await letGo(id) }
        guard let state = tasks[id]?.record.state, let next = state.after(.stepEnded) else { return tasks[id]?.record.state == .cancelling }
        tasks[id]?.record.state = hanging[id] == nil ? next : .paused
        if tasks[id]?.record.state == .paused {
            await keep(id, logging: "paused")
            return false
        }
        let load = services.store.load
        let mailWaits = task.plan.makesWay && (load.waiting > 0 || load.taken - before.mail - task.context.takeVerbs() > 4)
        task.context.isQuiet = !mailWaits
        let moved = max(0, task.context.progress.bytesDone - before.bytes)
        let rest = tasks[id]?.pace.rest(after: moved, took: took, mailWaits: mailWaits) ?? .zero
        await sleep(rest, id)
        return true
    }

    /// In short pieces: an order, another limit, or the daemon's end, is not kept waiting by a low limit.
    private func sleep(_ rest: Duration, _ id: Int64) async {
        var left = rest
        let limit = tasks[id]?.record.limit
        while left > .zero, let record = tasks[id]?.record, record.state == .running, record.limit == limit, !stops {
            let piece = min(left, .milliseconds(500))
            try? await clock.sleep(piece)
            left -= piece
        }
    }

    private func failed(_ id: Int64, _ failure: TaskFailure) async {
        guard let task = tasks[id] else { return }
        await letGo(id)
        // It may have been cancelled before that, or meanwhile.
        if tasks[id]?.record.state == .cancelling { return await takeBack(id) }
        let tries = task.record.tries + 1
        guard failure.mayPass, tries < Self.mostTries, let next = tasks[id]?.record.state.after(.failedForNow) else {
            return await end(id, .failed, failure.description)
        }
        let wait = min(1800, Self.firstWait.components.seconds << Int64(tries - 1))
        tasks[id]?.record.tries = tries
        tasks[id]?.record.trouble = failure.description
        tasks[id]?.record.due = clock.seconds + wait
        tasks[id]?.record.state = next
        await keep(id, logging: "\(failure.description) It is tried again in \(wait) s.")
    }

    private func takeBack(_ id: Int64) async {
        guard let task = tasks[id] else { return }
        let outcome = await StepRace.run(
            task.plan.stepLimit, clock, whenLate: { Task { await self.cameBack(id) } },
            { [work = task.task, context = task.context] in
                await work.letGo()
                try await work.takeBack(in: context)
                return .done("")
            })
        switch outcome {
        case .success: await end(id, .cancelled, task.plan.cancelling)
        case .failure(is StepRace.TookTooLong):
            hangs(id, task.plan)
            await end(id, .failed, "Taking back what was begun took longer than \(task.plan.stepLimit.text); look at the drive.")
        case .failure(let error): await end(id, .failed, "What was begun could not be taken back: \(error)")
        }
    }

    /// Something was given up. It may have come back between that and this.
    private func hangs(_ id: Int64, _ plan: TaskPlan) {
        if backAgain.remove(id) == nil { hanging[id] = plan }
    }

    /// What was given up has ended at last.
    private func cameBack(_ id: Int64) {
        if hanging.removeValue(forKey: id) == nil { backAgain.insert(id) }
    }
}
