package com.example.prices;

import io.highwater.endpoint.AllowedOrigins;
import io.highwater.endpoint.MaxMessage;
import io.highwater.endpoint.Outbound;
import io.highwater.outbound.OverflowPolicy;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.Encoder;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;

/**
 * Tells the price of a symbol at once, and its new one for each order. Who reads too slowly keeps
 * the newest prices and loses the older ones.
 */
@Dependent
@ServerEndpoint(value = "/prices/{symbol}", encoders = PricesEndpoint.PriceEncoder.class)
@AllowedOrigins("https://*.example.com")
@MaxMessage(bytes = 256)
@Outbound(policy = OverflowPolicy.LATEST)
public class PricesEndpoint {
    private final PriceBook book;

    @Inject
    PricesEndpoint(PriceBook book) {
        this.book = book;
    }

    @OnOpen
    public void onOpen(Session session, @PathParam("symbol") String symbol) {
        session.getAsyncRemote().sendObject(book.price(symbol));
    }

    /** An order is a number of pieces; what is returned goes out through the encoder. */
    @OnMessage
    public Price onOrder(String pieces, @PathParam("symbol") String symbol) {
        return book.order(symbol, Integer.parseInt(pieces.strip()));
    }

    /** A price in cents. */
    public record Price(String symbol, long cents) {
        /** {"symbol":"HW","cents":100} */
        String json() {
            return "{\"symbol\":\"" + symbol + "\",\"cents\":" + cents + "}";
        }
    }

    public static class PriceEncoder implements Encoder.Text<Price> {
        @Override
        public String encode(Price price) {
            return price.json();
        }
    }
}
