package io.highwater.protocol;

import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.constraints.NotNull;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's message into a command. Thread-safe.
 *
 * <p>{@link Envelope} finds the members and checks that the whole message is JSON; it cuts out
 * {@code data} byte for byte. JSON-B builds the command from the other members, and Bean Validation
 * checks their values. A member that is null counts as absent. A member of the command that appears
 * twice is refused; unknown members are ignored.
 */
public final class Codec {
    /** The members that a type of command has. */
    private record Form(Class<? extends Command> command, Set<Member> members) {}

    private static final Map<String, Form> FORMS =
            Map.of(
                    "hello",
                    form(Command.Hello.class, Member.CLIENT, Member.ATTEMPT),
                    "subscribe",
                    form(
                            Command.Subscribe.class,
                            Member.CHANNEL,
                            Member.SINCE,
                            Member.LIMIT,
                            Member.PRESENCE),
                    "unsubscribe",
                    form(Command.Unsubscribe.class, Member.CHANNEL),
                    "publish",
                    form(
                            Command.Publish.class,
                            Member.CHANNEL,
                            Member.MSG_ID,
                            Member.KEY,
                            Member.SECRET,
                            Member.ORIGIN,
                            Member.AFTER),
                    "history",
                    form(
                            Command.HistoryQuery.class,
                            Member.CHANNEL,
                            Member.ORIGIN,
                            Member.AFTER,
                            Member.BEFORE,
                            Member.AT,
                            Member.LIMIT),
                    "presence",
                    form(Command.PresenceQuery.class, Member.CHANNEL),
                    "ping",
                    form(Command.Ping.class));

    private static Form form(Class<? extends Command> command, Member... own) {
        Set<Member> members = EnumSet.of(Member.ID, own);
        return new Form(command, members);
    }

    private final Jsonb jsonb = JsonbBuilder.create();
    private final Validator validator =
            Validation.byDefaultProvider()
                    .configure()
                    // No expressions in messages: nothing that a client sent is ever evaluated.
                    .messageInterpolator(new ParameterMessageInterpolator())
                    .buildValidatorFactory()
                    .getValidator();

    /**
     * @param message must be valid UTF-8; not kept
     */
    public Decoded decode(byte[] message) {
        Envelope envelope = new Envelope(message);
        try {
            envelope.read();
        } catch (MalformedJson e) {
            return new BadRequest(envelope.id(), String.valueOf(e.getMessage()));
        }
        if (!envelope.has(Member.TYPE)
                || !envelope.isOfItsKind(Member.TYPE)
                || envelope.isRepeated(Member.TYPE)) {
            return new BadRequest(envelope.id(), "type: must be there, once, and a string");
        }
        Form form = FORMS.get(envelope.string(Member.TYPE));
        if (form == null) {
            return new BadRequest(envelope.id(), "type: is not one of this protocol");
        }
        String problem = problem(envelope, form);
        return problem == null ? bind(envelope, form) : new BadRequest(envelope.id(), problem);
    }

    private static @Nullable String problem(Envelope envelope, Form form) {
        for (Member member : form.members()) {
            if (envelope.isRepeated(member)) {
                return member.text() + ": is there twice";
            }
            if (envelope.has(member) && !envelope.isOfItsKind(member)) {
                return member.text() + ": " + member.kind().demand();
            }
        }
        if (envelope.has(Member.ID) && envelope.id() == null) {
            return "id: must be from 1 to 2147483647";
        }
        if (form.command() == Command.Publish.class && envelope.isRepeated(Member.DATA)) {
            return "data: is there twice";
        }
        return null;
    }

    private Decoded bind(Envelope envelope, Form form) {
        Command command;
        try {
            command = jsonb.fromJson(envelope.objectOf(form.members()), form.command());
        } catch (JsonbException e) {
            // All members have the right kind, so only {@code since} can still be malformed.
            return new BadRequest(
                    envelope.id(), "since: must be \"latest\" or positions by their origins");
        }
        byte[] data = envelope.data();
        if (command instanceof Command.Publish publish && data != null) {
            command = publish.withData(data);
        }
        Set<ConstraintViolation<Command>> violations = validator.validate(command);
        return violations.isEmpty() ? command : new BadRequest(envelope.id(), message(violations));
    }

    private static String message(Set<ConstraintViolation<Command>> violations) {
        return violations.stream()
                .map(violation -> violation.getPropertyPath() + ": " + demand(violation))
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** The client need not know that an absent member is null here. */
    private static String demand(ConstraintViolation<Command> violation) {
        return violation.getConstraintDescriptor().getAnnotation() instanceof NotNull
                ? "must be there"
                : violation.getMessage();
    }
}
