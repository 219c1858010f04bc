package io.highwater.limits;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One account of a node: what is kept in it now, for which address, and what happens at its limits.
 *
 * <p>From three quarters on the account is pressed: those that keep much are no longer read from,
 * if they can be made to wait. When it is full, debtors first give up what can be had again. If it
 * is still full, it ends those that keep most for longest, until it is at seven eighths; an address
 * that exceeds its share is treated the same way by itself. Nobody is ended whose address keeps no
 * more than each address may keep so that all fit into the seven eighths ({@link MaxMinShare}); so
 * it does not matter how many addresses fill the account. Debtors that have just begun are spared,
 * too, up to nine eighths.
 *
 * <p>Thread-safe. {@link #add} calls no other code, so that it may be called under a lock; {@link
 * #settle} follows without a lock.
 */
public final class Book {
    private static final Logger LOG = LoggerFactory.getLogger(Book.class);

    /**
     * A debtor that keeps no more than this part of an account is asked for nothing; see the bounds
     * below.
     */
    private static final int FAIR_PARTS = 4_096;

    private static final long LEAST_FAIR_BYTES = 4 << 10;
    private static final long MOST_FAIR_BYTES = 16 << 10;

    /**
     * An address that keeps no more than this part of an account is small: nothing is closed to it.
     */
    private static final int SMALL_PARTS = 256;

    private static final long LEAST_AGE_NANOS = 1_000_000;

    /**
     * A debtor that has kept bytes for less than this may be about to give them back; it is spared
     * up to nine eighths.
     */
    private static final long YOUNG_NANOS = 100_000_000;

    private static final long PAUSE_NANOS = 50_000_000;

    private static final long LOG_PERIOD_NANOS = 1_000_000_000;

    private final Account account;
    private final long mostBytes;
    private final long mostOfAddress;
    private final long fairBytes;
    private final LimitsObserver observer;
    private final Ticker ticker;
    private final LogLimit logs;

    private final AtomicLong bytes = new AtomicLong();
    private final Set<Debtor> debtors = ConcurrentHashMap.newKeySet();

    /** Debtors that are kept elsewhere. */
    private volatile Collection<? extends Debtor> others = List.of();

    /** Set by the one thread that ends debtors. */
    private final AtomicBoolean relieving = new AtomicBoolean();

    /** When ending debtors last failed to help: for the account, and for an address. */
    private volatile long pausedNanos;

    private volatile long pausedForAddressesNanos;

    /** When it was logged last. Confined to the thread that relieves. */
    private long loggedNanos;

    Book(
            Account account,
            long mostBytes,
            double addressShare,
            LimitsObserver observer,
            Ticker ticker,
            LogLimit logs) {
        this.account = account;
        this.mostBytes = mostBytes;
        this.mostOfAddress = Math.max(1, (long) (mostBytes * addressShare));
        this.fairBytes =
                Math.max(LEAST_FAIR_BYTES, Math.min(MOST_FAIR_BYTES, mostBytes / FAIR_PARTS));
        this.observer = observer;
        this.ticker = ticker;
        this.logs = logs;
        this.loggedNanos = ticker.nanoTime() - LOG_PERIOD_NANOS;
        this.pausedNanos = ticker.nanoTime() - PAUSE_NANOS;
        this.pausedForAddressesNanos = pausedNanos;
    }

    public Account account() {
        return account;
    }

    /** Bytes that are kept now. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes that may be kept. */
    public long mostBytes() {
        return mostBytes;
    }

    /** Bytes that may be kept for one address. */
    public long mostBytesOfAddress() {
        return mostOfAddress;
    }

    /** A debtor that keeps no more than this is asked for nothing. */
    public long fairBytes() {
        return fairBytes;
    }

    /**
     * Counts bytes that were allocated for this address or, below 0, released. Applies no limit.
     *
     * @param payer null if it is unknown whose bytes they are
     */
    public void add(@Nullable Payer payer, long delta) {
        if (payer != null) {
            payer.add(account, delta);
        }
        bytes.addAndGet(delta);
    }

    /** The same for bytes that belong to many, like the frames of a channel. */
    public void addShared(long delta) {
        bytes.addAndGet(delta);
    }

    /** Assigns a part of the shared bytes to this address or, below 0, takes it away again. */
    public void assign(Payer payer, long delta) {
        payer.add(account, delta);
    }

    /** Adds if that exceeds no limit, and says whether it did. */
    public boolean tryAdd(Payer payer, long more) {
        if (!fits(payer, more)) {
            return false;
        }
        add(payer, more);
        return true;
    }

    /** Whether this much more exceeds no limit. */
    public boolean fits(Payer payer, long more) {
        return bytes.get() + more <= mostBytes && fitsAddress(payer, more);
    }

    /** Whether this much more leaves the address within its share. */
    public boolean fitsAddress(@Nullable Payer payer, long more) {
        return payer == null || payer.isProxy() || payer.bytes(account) + more <= mostOfAddress;
    }

    /**
     * Whether something new that takes this much may begin. An eighth of the account, and of each
     * share, is reserved for those that keep little: they get in although others have filled the
     * rest. If it is refused, {@link #settleFull} may make room for the next.
     */
    public boolean admits(@Nullable Payer payer, long more) {
        return bytes.get() + more <= mostBytes
                && (payer == null || (fitsAddress(payer, more) && !isClosedTo(payer)));
    }

    /**
     * Whether a debtor that keeps this much must wait before it keeps more: it is one of the larger
     * ones.
     */
    public boolean isPressed(Payer payer, long kept) {
        return kept > fairBytes
                && ((isPressed() && kept >= bytes.get() / Math.max(1, debtors()))
                        || (!payer.isProxy() && payer.bytes(account) > mostOfAddress / 4 * 3));
    }

    /** Whether it is time to keep as little as possible. */
    public boolean isPressed() {
        return bytes.get() > mostBytes / 4 * 3;
    }

    /**
     * Whether an address gets nothing new: it is near its own limit, or the account is near its
     * limit and this address is one of those that filled it.
     */
    public boolean isClosedTo(Payer payer) {
        long own = payer.bytes(account);
        return own > mostOfSmallAddress()
                && (bytes.get() > mostBytes / 8 * 7
                        || (!payer.isProxy() && own > mostOfAddress / 8 * 7));
    }

    /** Whether this address is one of those that did not fill the account. */
    public boolean isSmall(Payer payer) {
        return payer.bytes(account) <= mostOfSmallAddress();
    }

    /** What an address may keep without being affected when others fill the account. */
    private long mostOfSmallAddress() {
        return Math.max(fairBytes, mostBytes / SMALL_PARTS);
    }

    /** From now on the debtor may be asked to give back. */
    public void join(Debtor debtor) {
        debtors.add(debtor);
    }

    public void leave(Debtor debtor) {
        debtors.remove(debtor);
    }

    /**
     * Besides those that {@link #join}, these may be asked: a collection that its owner keeps
     * anyway.
     */
    public void watch(Collection<? extends Debtor> more) {
        others = more;
    }

    /** How many debtors can be asked to give back. */
    public int debtors() {
        return debtors.size() + others.size();
    }

    /**
     * Call it after {@link #add}, without a lock: ends those that cost most if a limit is exceeded.
     */
    public void settle(Payer payer) {
        if (bytes.get() > mostBytes) {
            relieve(null);
        } else if (!payer.isProxy() && payer.bytes(account) > mostOfAddress) {
            relieve(payer);
        }
    }

    /** The same after {@link #addShared}. */
    public void settle() {
        if (bytes.get() > mostBytes) {
            relieve(null);
        }
    }

    /**
     * The same after something new was refused: ends what stands in its way, unless that is this
     * address's own share.
     */
    public void settleFull(Payer payer) {
        if (fitsAddress(payer, 0) && payer.bytes(account) <= mostOfSmallAddress()) {
            relieve(null);
        }
    }

    private void relieve(@Nullable Payer of) {
        boolean hard = kept(of) > most(of) / 8 * 9;
        long nowNanos = ticker.nanoTime();
        long pause = of == null ? pausedNanos : pausedForAddressesNanos;
        if ((!hard && nowNanos - pause < PAUSE_NANOS) || !relieving.compareAndSet(false, true)) {
            return;
        }
        try {
            boolean helped = endCostliest(of) > 0;
            // If it did not help, the debtors are young or small, or others release what is kept.
            // It is no use to look again at each add.
            long until = helped ? nowNanos - PAUSE_NANOS : nowNanos;
            if (of == null) {
                pausedNanos = until;
            } else {
                pausedForAddressesNanos = until;
            }
        } finally {
            relieving.set(false);
        }
    }

    private long most(@Nullable Payer of) {
        return of == null ? mostBytes : mostOfAddress;
    }

    /**
     * Bytes that are kept twice as long cost twice as much, so that a client that keeps up ends
     * last.
     */
    private record Kept(Debtor debtor, long bytes, long ageNanos, long ofAddress) {
        double cost() {
            return (double) bytes * Math.max(LEAST_AGE_NANOS, ageNanos);
        }
    }

    private Kept look(Debtor debtor, long nowNanos) {
        return new Kept(
                debtor,
                debtor.keptBytes(),
                debtor.ageNanos(nowNanos),
                debtor.payer().bytes(account));
    }

    private long kept(@Nullable Payer of) {
        return of == null ? bytes.get() : of.bytes(account);
    }

    private int endCostliest(@Nullable Payer of) {
        long full = kept(of);
        giveUp(of);
        if (kept(of) < full && kept(of) <= most(of)) {
            return 0;
        }
        long nowNanos = ticker.nanoTime();
        List<Kept> costliestFirst =
                Stream.concat(debtors.stream(), others.stream())
                        .filter(debtor -> of == null || debtor.payer() == of)
                        .map(debtor -> look(debtor, nowNanos))
                        .sorted(
                                Comparator.comparingDouble(Kept::cost)
                                        .thenComparingLong(Kept::ofAddress)
                                        .reversed())
                        .toList();
        long room = most(of) / 8 * 7;
        long before = kept(of);
        boolean spares = before <= most(of) / 8 * 9;
        long level = level(costliestFirst, before, room);
        Kept first = null;
        int ended = 0;
        long givenBack = 0;
        for (Kept kept : costliestFirst) {
            // Some give back only later what others keep for them, like a channel.
            if (Math.min(kept(of), before - givenBack) <= room) {
                break;
            }
            boolean young = spares && kept.ageNanos < YOUNG_NANOS;
            if (!young && keptNow(kept) > level && end(kept.debtor)) {
                first = first == null ? kept : first;
                ended++;
                givenBack += kept.bytes;
            }
        }
        if (first != null) {
            int debtors = ended;
            logs.tell("limits", () -> observer.onEnded(account, debtors));
            log(of, ended, first);
        }
        return ended;
    }

    /** What each address may keep so that all fit; a trusted proxy's debtors count one by one. */
    private static long level(List<Kept> all, long total, long room) {
        Map<Object, Long> keptBy = new HashMap<>();
        for (Kept kept : all) {
            Payer payer = kept.debtor.payer();
            if (payer.isProxy()) {
                keptBy.put(kept.debtor, kept.bytes);
            } else {
                keptBy.put(payer, kept.ofAddress);
            }
        }
        long[] amounts = keptBy.values().stream().mapToLong(Long::longValue).toArray();
        // No debtor can give back what belongs to nobody, like frames that many share.
        long others = total - LongStream.of(amounts).sum();
        return MaxMinShare.level(amounts, room - others);
    }

    /**
     * What is compared with the level, as it is now: its address may have given back enough. A
     * debtor alone may keep more than its address is charged, namely what it shares.
     */
    private long keptNow(Kept kept) {
        Payer payer = kept.debtor.payer();
        return payer.isProxy() ? kept.bytes : Math.max(kept.bytes, payer.bytes(account));
    }

    /** Has debtors give up what they can do without, until there is room. */
    private void giveUp(@Nullable Payer of) {
        long room = most(of) / 8 * 7;
        Stream.concat(debtors.stream(), others.stream())
                .filter(debtor -> of == null || debtor.payer() == of)
                .takeWhile(debtor -> kept(of) > room)
                .forEach(this::giveUp);
    }

    private void giveUp(Debtor debtor) {
        try {
            debtor.giveUp(account);
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "debtor_gave_nothing_up", e);
        }
    }

    private boolean end(Debtor debtor) {
        try {
            return debtor.end(account);
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "debtor_not_ended", e);
            return false;
        }
    }

    /**
     * Logs at most once per second; the number of all that were ended is logged once per minute.
     */
    private void log(@Nullable Payer of, int ended, Kept costliest) {
        logs.count("account_ended", "account", account.label(), ended);
        long nowNanos = ticker.nanoTime();
        if (nowNanos - loggedNanos < LOG_PERIOD_NANOS) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("account", account.label())
                .addKeyValue("bytes", bytes.get())
                .addKeyValue("most_bytes", mostBytes)
                .addKeyValue("most_address_bytes", mostOfAddress)
                .addKeyValue("ended", ended)
                .addKeyValue("costliest_bytes", costliest.bytes)
                .addKeyValue("costliest_address", costliest.debtor.payer().toString())
                .addKeyValue("costliest_address_bytes", costliest.ofAddress)
                .log(of == null ? "account_full" : "address_full");
        loggedNanos = nowNanos;
    }
}
